complete -c rnc -s I -d 'Size of the TCP receive buffer in bytes' -r
complete -c rnc -s i -d 'Seconds between two lines sent, or two ports scanned' -r
complete -c rnc -s M -d 'TTL or hop limit of what is sent' -r
complete -c rnc -s m -d 'Lowest TTL or hop limit of what is received' -r
complete -c rnc -s O -d 'Size of the TCP send buffer in bytes' -r
complete -c rnc -s P -d 'User name for a proxy; its password is in RNC_PROXY_PASSWORD, or asked for' -r
complete -c rnc -s p -d 'Source port; with -l the port to listen on' -r
complete -c rnc -s q -d 'Leave this long after the end of standard input; implies -N' -r
complete -c rnc -s s -d 'Source address; with -l the address to listen on' -r
complete -c rnc -s T -d 'TOS byte or traffic class: a number or a name like ef, af11, lowdelay' -r
complete -c rnc -s W -d 'Leave after so many reads from the network' -r
complete -c rnc -s w -d 'Give up after so many seconds: of connecting, then without traffic' -r
complete -c rnc -s X -d 'Protocol of the proxy: 4, 4a or 5 (SOCKS), or connect (HTTP)' -r
complete -c rnc -s x -d 'Connect through a proxy; its port is 1080, or 3128 for HTTP' -r
complete -c rnc -l exec -d 'Give the connection to a command, without a shell' -r
complete -c rnc -l sh-exec -d 'Give the connection to a command, by /bin/sh' -r
complete -c rnc -l max-conns -d 'With -k, serve at most so many clients at a time; others wait' -r
complete -c rnc -l allow -d 'Serve only these addresses, networks and names' -r
complete -c rnc -l allow-file -d 'The same, read from a file' -r -F
complete -c rnc -l deny -d 'Do not serve these addresses, networks and names' -r
complete -c rnc -l deny-file -d 'The same, read from a file' -r -F
complete -c rnc -l idle-timeout -d 'Break off a connection on which nothing moves for so long' -r
complete -c rnc -l ready-fd -d 'When listening, write the address and port to this descriptor' -r
complete -c rnc -l hex-dump -d 'Write all that passes to FILE, in hexadecimal' -r -F
complete -c rnc -l inflight -d 'How many ports to ask at a time; 1000 if it is not said' -r
complete -c rnc -l ca -d 'Trust the authorities in this file instead of the system\'s; with -l ask clients for certificates' -r -F
complete -c rnc -l cert -d 'Certificate to show, in PEM, with those between it and an authority' -r -F
complete -c rnc -l key -d 'Private key of the certificate, in PEM; with --reliable the secret of both ends' -r -F
complete -c rnc -l alpn -d 'Protocols to speak inside, the dearest first' -r
complete -c rnc -l sni -d 'Name that the server is asked for and verified by' -r
complete -c rnc -l fingerprint -d 'Take the peer whose certificate has this SHA-256 hash, and no other' -r
complete -c rnc -l chaos -d 'Make the network bad: loss=30%,dup=10%,reorder=20%,delay=5ms..50ms,corrupt=1%,rate=1M,seed=7' -r
complete -c rnc -s 4 -d 'Use IPv4 addresses only'
complete -c rnc -s 6 -d 'Use IPv6 addresses only'
complete -c rnc -s b -d 'Allow broadcast addresses'
complete -c rnc -s C -l crlf -d 'Send CR LF at the end of each line'
complete -c rnc -s D -d 'Set SO_DEBUG on the socket'
complete -c rnc -s d -l recv-only -d 'Do not read standard input'
complete -c rnc -s F -d 'Connect, and pass the socket on over standard output'
complete -c rnc -s k -d 'Go on listening when a connection is over'
complete -c rnc -s l -d 'Listen for a connection'
complete -c rnc -s N -d 'Pass the end of standard input on to the peer'
complete -c rnc -s n -d 'Look up no names of hosts and ports'
complete -c rnc -s r -d 'Take the ports in random order'
complete -c rnc -s S -d 'Sign TCP segments by MD5 (RFC 2385); the password is in RNC_MD5_PASSWORD, or asked for'
complete -c rnc -s t -d 'Refuse the options of a TELNET peer'
complete -c rnc -s U -d 'Use a UNIX-domain socket'
complete -c rnc -s u -d 'Use datagrams: UDP, or UNIX-domain with -U'
complete -c rnc -s v -d 'Say what happens'
complete -c rnc -s z -d 'Only see which ports are open'
complete -c rnc -l version -d 'Print the version and exit'
complete -c rnc -l broker -d 'When listening, send to all other clients what one sends'
complete -c rnc -l send-only -d 'Print nothing, and end when standard input was delivered'
complete -c rnc -l json -d 'Say what happens in JSON, one object a line'
complete -c rnc -l progress -d 'Show on a terminal how far it has come'
complete -c rnc -l tls -d 'Speak TLS'
complete -c rnc -l insecure -d 'Take whoever answers for the server'
complete -c rnc -l relay -d 'Pass on what comes to one address to another, over a network as bad as --chaos says'
complete -c rnc -l reliable -d 'With -u: lose nothing, in a stream that the peer\'s --reliable takes'
complete -c rnc -s h -l help -d 'Print help'
