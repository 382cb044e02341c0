complete -c rhost -s c -d 'Ask for records of this class instead of IN' -r
complete -c rhost -s m -d 'Of no effect: there is no memory to debug' -r
complete -c rhost -s N -d 'A name with so many dots is full' -r
complete -c rhost -s p -d 'The port of the server' -r
complete -c rhost -s R -d 'How often to try again' -r
complete -c rhost -s t -d 'Ask for records of this type' -r
complete -c rhost -s W -d 'How long to wait for a reply, in seconds' -r
complete -c rhost -l cache -d 'Whether answers may come from the cache: yes, no, only, or stale ones if nobody replies' -r
complete -c rhost -l usage-error -d 'What is wrong with what was typed' -r
complete -c rhost -s a -d 'Everything there is: like -v -t ANY'
complete -c rhost -s A -d 'Like -a, without RRSIG, NSEC and NSEC3 records'
complete -c rhost -s C -d 'Compare the SOA records of the authoritative name servers'
complete -c rhost -s d -d 'The same as -v'
complete -c rhost -s i -d 'Obsolete, and of no effect: the domain IP6.INT is no more'
complete -c rhost -s l -d 'List the hosts of a domain by a zone transfer'
complete -c rhost -s n -d 'Obsolete, and of no effect: nibbles are the only form'
complete -c rhost -s r -d 'Ask without recursion'
complete -c rhost -s s -d 'Take SERVFAIL for an answer: do not ask the next server'
complete -c rhost -s T -d 'Ask over TCP'
complete -c rhost -s U -d 'Ask over UDP'
complete -c rhost -s v -d 'Show the whole message'
complete -c rhost -s V -d 'Print the version on standard error and exit'
complete -c rhost -s w -d 'Wait for a reply for ever'
complete -c rhost -s 4 -d 'Ask over IPv4 only'
complete -c rhost -s 6 -d 'Ask over IPv6 only'
complete -c rhost -l json -d 'Print each question with its answer as one line of JSON'
complete -c rhost -l cache-flush -d 'Forget what the cache has about the name, or everything'
complete -c rhost -l cache-list -d 'List what the cache has about the name, or everything'
complete -c rhost -l help -d 'Print help and exit'
complete -c rhost -l version -d 'Print the version and exit'
