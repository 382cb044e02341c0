complete -c rdump -s B -l buffer-size -d 'Kilobytes that the kernel may fill with packets nobody has fetched yet' -r
complete -c rdump -s C -d 'Begin the next file when one is longer than this: millions of bytes, or 1024-fold with k, m or g' -r
complete -c rdump -l color -d 'Print in colours: always, never, or if a terminal shows them' -r -f -a "auto\t'On a terminal, unless NO_COLOR says otherwise'
always\t'Whatever reads them'
never\t'Not at all'"
complete -c rdump -s c -d 'Stop after this many packets' -r
complete -c rdump -l decode-as -d 'Print what one port carries as this protocol, such as tcp.8443=http' -r
complete -c rdump -l duration -d 'Stop after this many seconds' -r
complete -c rdump -s E -d 'Open encrypted packets: spi@address algorithm:key,... or file name' -r
complete -c rdump -s F -d 'Read the filter from a file' -r -F
complete -c rdump -s G -d 'Begin the next file after this many seconds; its name may hold strftime\'s conversions' -r
complete -c rdump -s i -l interface -d 'Capture on this interface, by name or number, or on any' -r
complete -c rdump -s j -l time-stamp-type -d 'Who stamps packets with their time' -r
complete -c rdump -s m -d 'Modules with the names of more objects of SNMP are not read: this says so' -r
complete -c rdump -s M -d 'Check the signatures of TCP (RFC 2385), RSVP and IS-IS with this key' -r
complete -c rdump -l name-wait -d 'How long a line waits for the names of its hosts, in seconds' -r
complete -c rdump -s Q -l direction -d 'Which way packets go: in, out or inout' -r -f -a "in\t'To this machine'
out\t'From this machine'
inout\t'Both'"
complete -c rdump -l print-sampling -d 'Print only every so many-th packet' -r
complete -c rdump -s r -d 'Read packets from a file, - for standard input; from several, by the time of the packets' -r -F
complete -c rdump -l skip -d 'Pass over this many packets first' -r
complete -c rdump -s s -l snapshot-length -d 'Take at most this many bytes of each packet' -r
complete -c rdump -s T -d 'Print what UDP carries as this protocol, whatever its ports' -r
complete -c rdump -l time-stamp-precision -d 'How fine time stamps are' -r -f -a "micro\t'Microseconds'
nano\t'Nanoseconds'"
complete -c rdump -s V -d 'Read packets from the files whose names are in this file, - for standard input' -r -F
complete -c rdump -s W -d 'Keep at most this many files of -C, the last ones; or stop after so many of -G' -r
complete -c rdump -s w -d 'Write packets to a file, - for standard output' -r -F
complete -c rdump -s y -l linktype -d 'The link type to capture, or to compile the filter for' -r
complete -c rdump -s Z -l relinquish-privileges -d 'As root, become this user once everything is open' -r
complete -c rdump -s z -d 'Run this command on each file that another one follows' -r
complete -c rdump -s A -d 'Print each packet in ASCII; twice with its link-layer header'
complete -c rdump -l count -d 'Print how many packets there are instead of the packets'
complete -c rdump -s d -d 'Print the compiled filter and stop; twice as C, three times as numbers'
complete -c rdump -s D -l list-interfaces -d 'List the interfaces'
complete -c rdump -s e -d 'Print the link-layer header'
complete -c rdump -s f -d 'Print names only for hosts of the interface\'s own network (IPv4)'
complete -c rdump -s g -l ip-oneline -d 'Keep what -v says of IPv4 on one line'
complete -c rdump -s H -d 'Look for mesh headers in the data frames of 802.11'
complete -c rdump -s I -l monitor-mode -d 'The interface has to be in monitor mode'
complete -c rdump -l immediate-mode -d 'Take each packet as soon as it is there'
complete -c rdump -s J -l list-time-stamp-types -d 'List who can stamp the packets of the interface with their time'
complete -c rdump -l json -d 'Print each packet as one line of JSON, with all that -v tells'
complete -c rdump -s K -l dont-verify-checksums -d 'Verify no checksums'
complete -c rdump -s L -l list-data-link-types -d 'List the link types of the interface'
complete -c rdump -l lengths -d 'Print the captured and the original length of each packet'
complete -c rdump -s l -d 'Hand over each line as it comes'
complete -c rdump -l micro -d 'Print time stamps in microseconds'
complete -c rdump -l nano -d 'Print time stamps in nanoseconds'
complete -c rdump -s n -d 'Print addresses and ports as numbers'
complete -c rdump -s N -d 'Print only the first part of names'
complete -c rdump -s b -d 'Print AS numbers above 65535 as two numbers'
complete -c rdump -s # -l number -d 'Number the packets'
complete -c rdump -s O -l no-optimize -d 'Do not optimise the filter'
complete -c rdump -s p -l no-promiscuous-mode -d 'Leave the interface out of promiscuous mode'
complete -c rdump -s q -d 'Print less about each protocol'
complete -c rdump -l print -d 'Print packets as well as writing them'
complete -c rdump -s S -l absolute-tcp-sequence-numbers -d 'Print TCP sequence numbers as they are'
complete -c rdump -s t -d 'How to print the time: nothing, -tt seconds, -ttt since the last, -tttt with the date, -ttttt since the first'
complete -c rdump -s u -d 'Print file handles of NFS undecoded'
complete -c rdump -s U -l packet-buffered -d 'Write out each packet as it comes'
complete -c rdump -s v -d 'Print more; up to three times'
complete -c rdump -l version -d 'Print the version and exit'
complete -c rdump -s x -d 'Print each packet in hexadecimal; twice with its link-layer header'
complete -c rdump -s X -d 'Print each packet in hexadecimal and ASCII; twice with its link-layer header'
complete -c rdump -s h -l help -d 'Print help (see more with \'--help\')'
