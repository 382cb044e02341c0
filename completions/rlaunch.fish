# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_rlaunch_global_optspecs
    string join \n version h/help
end

function __fish_rlaunch_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_rlaunch_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_rlaunch_using_subcommand
    set -l cmd (__fish_rlaunch_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c rlaunch -n "__fish_rlaunch_needs_command" -l version -d 'Print the version and exit'
complete -c rlaunch -n "__fish_rlaunch_needs_command" -s h -l help -d 'Print help'
complete -c rlaunch -n "__fish_rlaunch_needs_command" -f -a "serve" -d 'Serve: perform an action once for each id, however often it is asked for'
complete -c rlaunch -n "__fish_rlaunch_needs_command" -f -a "launch" -d 'Launch: have the server perform its action once with this payload, and print the result'
complete -c rlaunch -n "__fish_rlaunch_needs_command" -f -a "resume" -d 'Resume: ask again for a call under the id that it had'
complete -c rlaunch -n "__fish_rlaunch_needs_command" -f -a "cancel" -d 'Cancel: have a call that was not begun never be'
complete -c rlaunch -n "__fish_rlaunch_needs_command" -f -a "get" -d 'Get: print the value of a key'
complete -c rlaunch -n "__fish_rlaunch_needs_command" -f -a "set" -d 'Set: give a key a value'
complete -c rlaunch -n "__fish_rlaunch_needs_command" -f -a "status" -d 'Status: print how a store and its server stand'
complete -c rlaunch -n "__fish_rlaunch_needs_command" -f -a "log" -d 'Log: print every record of a store\'s journal'
complete -c rlaunch -n "__fish_rlaunch_needs_command" -f -a "bench" -d 'Bench: measure how many launches a second this machine answers, in a few seconds'
complete -c rlaunch -n "__fish_rlaunch_needs_command" -f -a "resolve" -d 'Resolve: say what became of a call in doubt'
complete -c rlaunch -n "__fish_rlaunch_needs_command" -f -a "prune" -d 'Prune: forget settled calls with names, or sessions that are silent'
complete -c rlaunch -n "__fish_rlaunch_using_subcommand serve" -l store -d 'Keep the id set in this folder, or share it through etcd' -r -F
complete -c rlaunch -n "__fish_rlaunch_using_subcommand serve" -l exec -d 'The action: the payload is its standard input, its standard output is the result' -r
complete -c rlaunch -n "__fish_rlaunch_using_subcommand serve" -l coproc -d 'The action: one command for all calls, with a JSON line in and a JSON line out for each' -r
complete -c rlaunch -n "__fish_rlaunch_using_subcommand serve" -l probe -d 'A command that finds out what became of a call: 0 launched, 3 not launched, else not known' -r
complete -c rlaunch -n "__fish_rlaunch_using_subcommand serve" -l on-doubt -d 'What becomes of a call in doubt: report it, or rerun it and perform it at least once' -r -f -a "report\t''
rerun\t''"
complete -c rlaunch -n "__fish_rlaunch_using_subcommand serve" -l control -d 'Listen for the operator at this socket; with --store it is in the folder' -r -F
complete -c rlaunch -n "__fish_rlaunch_using_subcommand serve" -l jobs -d 'Perform at most this many actions at a time' -r
complete -c rlaunch -n "__fish_rlaunch_using_subcommand serve" -l rate -d 'Begin at most this many actions in a second; fractions are allowed' -r
complete -c rlaunch -n "__fish_rlaunch_using_subcommand serve" -l max-sessions -d 'Remember at most this many sessions: 4096 by default' -r
complete -c rlaunch -n "__fish_rlaunch_using_subcommand serve" -l max-ids -d 'Remember at most this many calls with names: 65536 by default' -r
complete -c rlaunch -n "__fish_rlaunch_using_subcommand serve" -l key -d 'Make and check every datagram with the secret in this file: who does not have it is not answered' -r -F
complete -c rlaunch -n "__fish_rlaunch_using_subcommand serve" -l ephemeral -d 'Keep nothing: after a restart, refuse what was begun before'
complete -c rlaunch -n "__fish_rlaunch_using_subcommand serve" -l missile -d 'The action: count missiles, within the store, so that no crash leaves a doubt'
complete -c rlaunch -n "__fish_rlaunch_using_subcommand serve" -l sync-outcome -d 'Make an outcome durable before it is told'
complete -c rlaunch -n "__fish_rlaunch_using_subcommand serve" -l accept-rollback -d 'Go on, as another store, with one that has lost what it had told'
complete -c rlaunch -n "__fish_rlaunch_using_subcommand serve" -s v -l verbose -d 'Say what is launched'
complete -c rlaunch -n "__fish_rlaunch_using_subcommand serve" -s h -l help -d 'Print help'
complete -c rlaunch -n "__fish_rlaunch_using_subcommand launch" -l id -d 'Make the call under this name, the same for all clients, and not under a number of the server\'s' -r
complete -c rlaunch -n "__fish_rlaunch_using_subcommand launch" -l window -d 'With --lines, have up to this many calls under way at a time' -r
complete -c rlaunch -n "__fish_rlaunch_using_subcommand launch" -l journal -d 'Note each call in this folder before it is asked for, and resume what an earlier run left unsettled' -r -F
complete -c rlaunch -n "__fish_rlaunch_using_subcommand launch" -l key -d 'Make and check every datagram with the secret in this file: who does not have it is not answered' -r -F
complete -c rlaunch -n "__fish_rlaunch_using_subcommand launch" -l deadline -d 'Ask for this long' -r
complete -c rlaunch -n "__fish_rlaunch_using_subcommand launch" -l grace -d 'After the deadline, try this long to have the call cancelled' -r
complete -c rlaunch -n "__fish_rlaunch_using_subcommand launch" -l lines -d 'Make one call for each line of standard input, and print one line for each'
complete -c rlaunch -n "__fish_rlaunch_using_subcommand launch" -l json -d 'Say how it ended, as an object on standard output'
complete -c rlaunch -n "__fish_rlaunch_using_subcommand launch" -s v -l verbose -d 'Say everything that is sent and ignored, and what it took'
complete -c rlaunch -n "__fish_rlaunch_using_subcommand launch" -s q -l quiet -d 'Say nothing but how it ended'
complete -c rlaunch -n "__fish_rlaunch_using_subcommand launch" -s h -l help -d 'Print help'
complete -c rlaunch -n "__fish_rlaunch_using_subcommand resume" -l journal -d 'Resume what an earlier run left unsettled in this folder' -r -F
complete -c rlaunch -n "__fish_rlaunch_using_subcommand resume" -l key -d 'Make and check every datagram with the secret in this file: who does not have it is not answered' -r -F
complete -c rlaunch -n "__fish_rlaunch_using_subcommand resume" -l deadline -d 'Ask for this long' -r
complete -c rlaunch -n "__fish_rlaunch_using_subcommand resume" -l grace -d 'After the deadline, try this long to have the call cancelled' -r
complete -c rlaunch -n "__fish_rlaunch_using_subcommand resume" -l json -d 'Say how it ended, as an object on standard output'
complete -c rlaunch -n "__fish_rlaunch_using_subcommand resume" -s v -l verbose -d 'Say everything that is sent and ignored, and what it took'
complete -c rlaunch -n "__fish_rlaunch_using_subcommand resume" -s q -l quiet -d 'Say nothing but how it ended'
complete -c rlaunch -n "__fish_rlaunch_using_subcommand resume" -s h -l help -d 'Print help'
complete -c rlaunch -n "__fish_rlaunch_using_subcommand cancel" -l key -d 'Make and check every datagram with the secret in this file: who does not have it is not answered' -r -F
complete -c rlaunch -n "__fish_rlaunch_using_subcommand cancel" -l deadline -d 'Ask for this long' -r
complete -c rlaunch -n "__fish_rlaunch_using_subcommand cancel" -l json -d 'Say how it ended, as an object on standard output'
complete -c rlaunch -n "__fish_rlaunch_using_subcommand cancel" -s v -l verbose -d 'Say everything that is sent and ignored, and what it took'
complete -c rlaunch -n "__fish_rlaunch_using_subcommand cancel" -s q -l quiet -d 'Say nothing but how it ended'
complete -c rlaunch -n "__fish_rlaunch_using_subcommand cancel" -s h -l help -d 'Print help'
complete -c rlaunch -n "__fish_rlaunch_using_subcommand get" -l server -d 'The server; without it the environment\'s RLAUNCH_SERVER, or 127.0.0.1:4517' -r
complete -c rlaunch -n "__fish_rlaunch_using_subcommand get" -l key -d 'Make and check every datagram with the secret in this file: who does not have it is not answered' -r -F
complete -c rlaunch -n "__fish_rlaunch_using_subcommand get" -l deadline -d 'Ask for this long' -r
complete -c rlaunch -n "__fish_rlaunch_using_subcommand get" -l json -d 'Say how it ended, as an object on standard output'
complete -c rlaunch -n "__fish_rlaunch_using_subcommand get" -s v -l verbose -d 'Say everything that is sent and ignored, and what it took'
complete -c rlaunch -n "__fish_rlaunch_using_subcommand get" -s q -l quiet -d 'Say nothing but how it ended'
complete -c rlaunch -n "__fish_rlaunch_using_subcommand get" -s h -l help -d 'Print help'
complete -c rlaunch -n "__fish_rlaunch_using_subcommand set" -l server -d 'The server; without it the environment\'s RLAUNCH_SERVER, or 127.0.0.1:4517' -r
complete -c rlaunch -n "__fish_rlaunch_using_subcommand set" -l key -d 'Make and check every datagram with the secret in this file: who does not have it is not answered' -r -F
complete -c rlaunch -n "__fish_rlaunch_using_subcommand set" -l deadline -d 'Ask for this long' -r
complete -c rlaunch -n "__fish_rlaunch_using_subcommand set" -l json -d 'Say how it ended, as an object on standard output'
complete -c rlaunch -n "__fish_rlaunch_using_subcommand set" -s v -l verbose -d 'Say everything that is sent and ignored, and what it took'
complete -c rlaunch -n "__fish_rlaunch_using_subcommand set" -s q -l quiet -d 'Say nothing but how it ended'
complete -c rlaunch -n "__fish_rlaunch_using_subcommand set" -s h -l help -d 'Print help'
complete -c rlaunch -n "__fish_rlaunch_using_subcommand status" -l store -d 'The folder of the store' -r -F
complete -c rlaunch -n "__fish_rlaunch_using_subcommand status" -l control -d 'The control socket of a server without a store' -r -F
complete -c rlaunch -n "__fish_rlaunch_using_subcommand status" -l json -d 'Print it as a JSON object'
complete -c rlaunch -n "__fish_rlaunch_using_subcommand status" -s h -l help -d 'Print help'
complete -c rlaunch -n "__fish_rlaunch_using_subcommand log" -l store -d 'The folder of the store' -r -F
complete -c rlaunch -n "__fish_rlaunch_using_subcommand log" -l json -d 'Print each record as a JSON object'
complete -c rlaunch -n "__fish_rlaunch_using_subcommand log" -s h -l help -d 'Print help'
complete -c rlaunch -n "__fish_rlaunch_using_subcommand bench" -l store -d 'Put the store for the time of the measurement into this folder' -r -F
complete -c rlaunch -n "__fish_rlaunch_using_subcommand bench" -l json -d 'Print a JSON object'
complete -c rlaunch -n "__fish_rlaunch_using_subcommand bench" -s h -l help -d 'Print help'
complete -c rlaunch -n "__fish_rlaunch_using_subcommand resolve" -l store -d 'The folder of the store' -r -F
complete -c rlaunch -n "__fish_rlaunch_using_subcommand resolve" -l control -d 'The control socket of a server without a store' -r -F
complete -c rlaunch -n "__fish_rlaunch_using_subcommand resolve" -l result -d 'What its client is told as the result' -r
complete -c rlaunch -n "__fish_rlaunch_using_subcommand resolve" -l force -d 'Do it even while a process that may still perform the call is alive'
complete -c rlaunch -n "__fish_rlaunch_using_subcommand resolve" -s h -l help -d 'Print help'
complete -c rlaunch -n "__fish_rlaunch_using_subcommand prune" -l store -d 'The folder of the store' -r -F
complete -c rlaunch -n "__fish_rlaunch_using_subcommand prune" -l control -d 'The control socket of a server without a store' -r -F
complete -c rlaunch -n "__fish_rlaunch_using_subcommand prune" -l through -d 'All calls with names that were settled by a record up to this one' -r
complete -c rlaunch -n "__fish_rlaunch_using_subcommand prune" -l silent -d 'The sessions that have been silent for so long; their calls are refused for ever' -r
complete -c rlaunch -n "__fish_rlaunch_using_subcommand prune" -s h -l help -d 'Print help'
