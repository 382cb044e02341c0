complete -c rdig -s b -d 'Ask from this address and port' -r
complete -c rdig -s c -d 'Ask for records of this class [IN]' -r
complete -c rdig -s f -d 'Read lookups from FILE, one a line; - is standard input' -r
complete -c rdig -s k -d 'Sign with the TSIG key in FILE' -r
complete -c rdig -s p -d 'Ask at this port [53]' -r
complete -c rdig -s q -d 'Ask for this name, whatever it looks like' -r
complete -c rdig -s t -d 'Ask for records of this type [A]' -r
complete -c rdig -s x -d 'Ask for the name of this address' -r
complete -c rdig -s y -d 'Sign with this TSIG key' -r
complete -c rdig -l version -d 'Print the version and exit'
complete -c rdig -l help -d 'Print help and exit'
complete -c rdig -s 4 -d 'Ask over IPv4 only'
complete -c rdig -s 6 -d 'Ask over IPv6 only'
complete -c rdig -s d -d 'Tell on standard error what is done'
complete -c rdig -s h -d 'Print the options that dig has and exit'
complete -c rdig -s i -d 'Obsolete, and of no effect: the domain IP6.INT is no more'
complete -c rdig -s m -d 'Of no effect: there is no memory to debug'
complete -c rdig -s n -d 'Obsolete, and of no effect: nibbles are the only form'
complete -c rdig -s r -d 'Do not read ~/.digrc'
complete -c rdig -s u -d 'Print times in microseconds'
complete -c rdig -s v -d 'Print the version on standard error and exit'
