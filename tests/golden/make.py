#!/usr/bin/env python3
"""Writes messages.json: messages of our own making, and what an installed dig 9.18 prints of each in seven styles.

  make.py                      writes messages.json beside this file
  make.py --compare RDIG [N]   runs RDIG beside dig over N more messages of random data instead, and says who differs

Nothing but Python and dig is needed; the messages are served on a port of the loopback. The data of each type is made
from a small description of its fields, with a fixed seed, so that the same messages come out each time.
"""
import json, os, random, re, socket, struct, subprocess, sys, threading

HERE = os.path.dirname(os.path.abspath(__file__))
STYLES = {
    'default': '', 'multiline': '+multiline', 'short': '+short', 'yaml': '+yaml',
    'ttlunits': '+ttlunits +noall +answer', 'unknownformat': '+unknownformat +noall +answer',
    'nottl_nocl': '+nottlid +noclass +noall +answer',
}
# Fields: n name, digits that many bytes of a number, s string, S strings to the end, b bytes to the end (at least one),
# B the same or none, t type map, w windowless map, h hash with its length, : a function below.
TYPES = {
    1: '4', 2: 'n', 3: 'n', 4: 'n', 5: 'n', 6: 'nn44444', 7: 'n', 8: 'n', 9: 'n', 10: 'B', 11: '41w', 12: 'n', 13: 'ss',
    14: 'nn', 15: '2n', 16: 'S', 17: 'nn', 18: '2n', 19: 'd', 20: 'ds', 21: '2n', 22: 'b', 23: 'n', 24: ':sig', 25: ':key',
    26: '2nn', 27: ':gpos', 28: ':six', 29: ':loc', 30: ':nxt', 31: 'b', 32: 'b', 33: '222n', 34: 'b', 35: ':naptr', 36: '2n',
    37: '221b', 38: ':a6', 39: 'n', 40: '111B', 42: ':apl', 43: ':ds', 44: ':sshfp', 45: ':ipseckey', 46: ':sig', 47: ':nsec',
    48: ':key', 49: 'b', 50: ':nsec3', 51: '112h', 52: ':tlsa', 53: ':tlsa', 55: ':hip', 56: 'S', 57: ':rkey', 58: 'nn',
    59: ':ds', 60: ':key', 61: 'b', 62: '42t', 63: ':zonemd', 64: ':svcb', 65: ':svcb', 99: 'S', 100: 'B', 101: 'B',
    102: 'B', 103: 'B', 104: '28', 105: '24', 106: '28', 107: '2n', 108: '6', 109: '8', 256: '22b', 257: ':caa', 258: 'S',
    259: '441sB', 260: ':amtrelay', 261: 'S', 262: 'S', 32768: ':ds', 32769: ':ds', 65280: 'B', 65534: ':private', 4711: 'B',
}


class Data:
    """Makes the data of records."""

    def __init__(self, seed):
        self.r = random.Random(seed)

    def bytes(self, low, high):
        return bytes(self.r.randrange(256) for _ in range(self.r.randint(low, high)))

    def text(self, low, high):
        signs = 'abcXYZ019-_ "\\;.()@$'
        text = ''.join(self.r.choice(signs) for _ in range(self.r.randint(low, high))).encode()
        return text + (self.bytes(0, 3) if self.r.random() < .3 else b'')

    def name(self):
        if self.r.random() < .1: return b'\0'
        labels = [self.r.choice([b'www', b'Mail', b'x--y', b'a.b', b'sp ace', b'\xfe\x00', b'qu"o', b'xn--caf-dma', b'_tcp', b'0', b'*', b'at@'])
                  for _ in range(self.r.randint(1, 3))]
        return b''.join(bytes([len(l)]) + l for l in labels + [b'golden', b'test']) + b'\0'

    def map(self):
        types = sorted({self.r.choice([1, 2, 5, 6, 15, 16, 28, 46, 47, 48, 64, 100, 255, 257, 999, 65280]) for _ in range(self.r.randint(0, 8))})
        out = b''
        for window in sorted({t >> 8 for t in types}):
            bits = bytearray(32)
            for t in types:
                if t >> 8 == window: bits[(t & 255) // 8] |= 0x80 >> (t & 7)
            bits = bytes(bits).rstrip(b'\0')
            out += bytes([window, len(bits)]) + bits
        return out

    def make(self, fields):
        if fields[0] == ':': return getattr(self, fields[1:])()
        out = b''
        for f in fields:
            if f.isdigit(): out += self.r.choice([bytes(int(f)), b'\xff' * int(f), self.bytes(int(f), int(f)), self.bytes(int(f), int(f))])
            elif f == 'n': out += self.name()
            elif f == 's': t = self.text(0, 20); out += bytes([len(t)]) + t
            elif f == 'd': t = b'311' + bytes(self.r.choice(b'0123456789') for _ in range(9)); out += bytes([len(t)]) + t
            elif f == 'S':
                for _ in range(self.r.randint(1, 3)): t = self.text(0, 30); out += bytes([len(t)]) + t
            elif f == 'b': out += self.bytes(1, 90)
            elif f == 'B': out += self.bytes(0, 70)
            elif f == 't': out += self.map()
            elif f == 'w': out += self.bytes(1, 12)
            elif f == 'h': t = self.bytes(0, 12); out += bytes([len(t)]) + t
        return out

    def time(self): return struct.pack('>I', self.r.choice([0, 1, 1767225600, 2**31 - 1, 2**31, 2**32 - 1, self.r.randrange(2**32)]))
    def algorithm(self): return bytes([self.r.choice([1, 3, 5, 7, 8, 10, 13, 14, 15, 16, 200])])
    def sig(self): return struct.pack('>H', self.r.choice([1, 6, 16, 257, 65280])) + bytes([self.r.choice([8, 13, 15]), self.r.randrange(4)]) + self.bytes(4, 4) + struct.pack('>II', 2082758400, 1767225600) + self.time() + self.bytes(2, 2) + self.name() + self.bytes(20, 100)
    def key(self): return struct.pack('>H', self.r.choice([256, 257, 385, 0])) + bytes([3]) + bytes([self.r.choice([8, 10, 13, 15, 200])]) + self.bytes(24, 90)
    def gpos(self): return b''.join(bytes([len(t)]) + t for t in (b'-32.6882', b'116.8652', b'10.0'))
    def six(self): return self.r.choice([bytes(16), bytes(15) + b'\1', bytes(10) + b'\xff\xff' + self.bytes(4, 4), bytes(12) + self.bytes(4, 4), self.bytes(16, 16), b'\x20\1\r\xb8' + bytes(12), b'\x20\1' + bytes(6) + b'\0\1' + bytes(6)])
    def loc(self): return b'\0' + bytes(self.r.choice([0x12, 0x16, 0x13, 0x00, 0x99]) for _ in range(3)) + struct.pack('>III', 2**31 + self.r.randint(-3 * 10**8, 3 * 10**8), 2**31 + self.r.randint(-6 * 10**8, 6 * 10**8), self.r.choice([0, 10**7, 10**7 - 5, 2**32 - 1, 12345678]))
    def a6(self): p = self.r.choice([0, 64, 128, 7]); return bytes([p]) + (bytes([(0xff >> p % 8)]) if p % 8 else b'') + self.bytes(16 - (p + 7) // 8, 16 - (p + 7) // 8) + (self.name() if p else b'')
    def apl(self):
        out = b''
        for _ in range(self.r.randint(0, 3)):
            family = self.r.choice([1, 2]); part = (self.bytes(0, 4 if family == 1 else 16)).rstrip(b'\0')
            out += struct.pack('>HBB', family, self.r.randrange(33 if family == 1 else 129), len(part) | self.r.choice([0, 128])) + part
        return out
    def ds(self): kind, size = self.r.choice([(1, 20), (2, 32), (4, 48)]); return self.bytes(2, 2) + self.algorithm() + bytes([kind]) + self.bytes(size, size)
    def sshfp(self): return bytes([self.r.choice([1, 4])]) + self.r.choice([b'\1' + self.bytes(20, 20), b'\2' + self.bytes(32, 32)])
    def ipseckey(self): kind = self.r.randrange(4); return bytes([self.r.randrange(256), kind, 2]) + [b'', self.bytes(4, 4), self.bytes(16, 16), self.name()][kind] + self.bytes(1, 60)
    def nsec3(self): salt = self.bytes(0, 8); hash = self.bytes(20, 20); return b'\1' + bytes([self.r.randrange(2)]) + self.bytes(2, 2) + bytes([len(salt)]) + salt + bytes([20]) + hash + self.map()
    def tlsa(self): return bytes([self.r.randrange(4), self.r.randrange(2), 1]) + self.bytes(32, 32)
    def hip(self): hit = self.bytes(1, 16); key = self.bytes(1, 60); return bytes([len(hit), 2]) + struct.pack('>H', len(key)) + hit + key + b''.join(self.name() for _ in range(self.r.randint(0, 2)))
    def zonemd(self): return self.bytes(4, 4) + b'\1' + self.r.choice([b'\1' + self.bytes(48, 48), b'\2' + self.bytes(64, 64)])
    def caa(self): tag = self.r.choice([b'issue', b'issuewild', b'iodef', b'tag9']); return bytes([self.r.choice([0, 128])]) + bytes([len(tag)]) + tag + self.text(0, 30)
    def amtrelay(self): kind = self.r.randrange(4); return bytes([self.r.randrange(256), kind | self.r.choice([0, 128])]) + [b'', self.bytes(4, 4), self.bytes(16, 16), self.name()][kind]
    def nsec(self): return self.name() + (self.map() or b'\0\1\x40')
    def nxt(self): return self.name() + bytes([self.r.randrange(128)]) + self.bytes(0, 14) + b'\x08'
    def naptr(self): flags, regexp = self.r.choice([(b'U', b'!^.*$!sip:info@golden.test!'), (b's', b''), (b'', b'')]); return self.bytes(4, 4) + b''.join(bytes([len(t)]) + t for t in (flags, self.r.choice([b'E2U+sip', b'']), regexp)) + self.name()
    def rkey(self): return b'\0\0' + bytes([3, self.r.choice([8, 13, 200])]) + self.bytes(1, 60)
    def private(self): return self.bytes(0, 8)
    def svcb(self):
        out = self.r.choice([b'\0\0', b'\0\1', self.bytes(2, 2)]) + self.name()
        if out[:2] == b'\0\0': return out
        values = {1: lambda: b''.join(bytes([len(t)]) + t for t in self.r.sample([b'h2', b'h3', b'http/1.1', b'a,b\\c'], 2)), 3: lambda: self.bytes(2, 2), 4: lambda: self.bytes(4, 4) * 2, 5: lambda: self.bytes(1, 30), 6: lambda: self.six() + self.six(), 7: lambda: b'/dns-query{?dns}', 667: lambda: self.text(0, 12), 65000: lambda: self.bytes(0, 9)}
        for key in sorted(self.r.sample(sorted(values), self.r.randint(0, 5))):
            value = values[key](); out += struct.pack('>HH', key, len(value)) + value
        return out


def wire_name(text):
    return b''.join(bytes([len(l)]) + l.encode() for l in text.strip('.').split('.') if l) + b'\0'


def record(name, rtype, ttl, data, rclass=1):
    return name + struct.pack('>HHIH', rtype, rclass, ttl, len(data)) + data


def option(code, data): return struct.pack('>HH', code, len(data)) + data


def opt(options=b'', extended=0, version=0, flags=0, size=1232):
    return b'\0' + struct.pack('>HHBBHH', 41, size, extended, version, flags, len(options)) + options


def message(name, rtype, answers=(), authorities=(), additionals=(), flags=0x8580, rclass=1, tail=b'', counts=None):
    count = counts or (1, len(answers), len(authorities), len(additionals))
    question = wire_name(name) + struct.pack('>HH', rtype, rclass) if count[0] else b''
    return struct.pack('>HH4H', 4660, flags, *count) + question + b''.join([*answers, *authorities, *additionals]) + tail


def messages():
    """Name, type, whether with +dnssec, and the message."""
    data, here = Data(1), b'\xc0\x0c'
    for rtype, fields in TYPES.items():
        # The owner of an NSEC3 record is a hash.
        name = '0123456789abcdefghijklmnopqrstuv.golden.test' if rtype == 50 else 'type%d.golden.test' % rtype
        ttls = data.r.sample([0, 1, 60, 3599, 86400, 604800, 2**31 - 1, 90061], 2)
        yield name, rtype, False, message(name, rtype, [record(here, rtype, ttl, data.make(fields)) for ttl in ttls], additionals=[opt()])
    for code in range(16): yield 'rcode.golden.test', 1, False, message('rcode.golden.test', 1, flags=0x8180 | code, additionals=[opt()])
    for extended in (1, 2, 255): yield 'extended.golden.test', 1, False, message('extended.golden.test', 1, additionals=[opt(extended=extended)])
    for flags in (0x8000, 0x8400, 0x87f0, 0x8140, 0x8190, 0x0180): yield 'flags.golden.test', 1, True, message('flags.golden.test', 1, flags=flags, additionals=[opt(flags=0x8000)])
    for code, value in [(3, b'gold'), (3, b''), (5, b'\x08\x0d'), (8, b'\0\1\x18\0\xc0\0\2'), (8, b'\0\2\x20\x18\x20\1\r\xb8'), (8, b'\0\0\0\0'), (9, struct.pack('>I', 90061)), (9, b''), (10, b'12345678abcdefgh'), (11, b'\0\x64'), (11, b''), (12, bytes(7)), (14, b'\x10\x92\0\1'), (15, b'\0\x12'), (15, b'\0\x16no route'), (15, b'\x27\x0fodd \xc3\xa9'), (16, b'\0\7'), (17, b'\xff\xff'), (65001, b'any\x1bthing')]:
        yield 'option.golden.test', 1, False, message('option.golden.test', 1, additionals=[opt(option(code, value))])
    yield 'flags.golden.test', 1, False, message('flags.golden.test', 1, additionals=[opt(flags=0x40ff, version=1, size=512)])
    sections = dict(answers=[record(here, 5, 300, wire_name('other.golden.test')), record(wire_name('other.golden.test'), 1, 300, b'\x7f\0\0\1')], authorities=[record(wire_name('golden.test'), 2, 7200, wire_name('ns.golden.test')), record(wire_name('golden.test'), 6, 7200, wire_name('ns.golden.test') + wire_name('host\\master.golden.test') + struct.pack('>5I', 2026, 7200, 3600, 1209600, 300))], additionals=[record(wire_name('ns.golden.test'), 1, 60, b'\x7f\0\0\2'), record(wire_name('ns.golden.test'), 28, 60, bytes(15) + b'\1'), opt()])
    yield 'alias.golden.test', 1, False, message('alias.golden.test', 1, **sections)
    whole = message('alias.golden.test', 1, **sections)
    for cut in (40, 60, len(whole) - 5, len(whole) - 12): yield 'alias.golden.test', 1, False, whole[:cut]
    for tail in (b'x', b'trailing bytes'): yield 'alias.golden.test', 1, False, whole + tail
    yield 'empty.golden.test', 1, False, message('empty.golden.test', 1, counts=(0, 0, 0, 0), flags=0x8181)
    yield 'class.golden.test', 1, False, message('class.golden.test', 1, [record(here, 16, 0, b'\3odd', rclass=3), record(here, 1, 0, b'\1\2\3\4')])
    yield 'x.local', 1, False, message('x.local', 1)


class Server(threading.Thread):
    """Answers every query with the message at hand."""

    def __init__(self):
        super().__init__(daemon=True)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(('127.0.0.1', 0))
        self.port, self.message = self.socket.getsockname()[1], b''

    def run(self):
        while True:
            query, peer = self.socket.recvfrom(65535)
            self.socket.sendto(query[:2] + self.message[2:], peer)


def shown(tool, server, name, rtype, dnssec, style):
    line = [tool, '-p', str(server.port), '@127.0.0.1', '+qid=4660', '+nocookie', '+tries=1', '+time=2', '+nostats', '+notcp', '+ignore', '-t', 'TYPE%d' % rtype]
    line += ['+dnssec'] * dnssec + style.split() + ['-q', name]
    done = subprocess.run(line, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={'PATH': os.environ['PATH'], 'HOME': '/nonexistent', 'TZ': 'UTC', 'LC_ALL': 'C'})
    text = done.stdout.decode('utf-8', 'replace')
    text = re.sub(r'^\n?; <<>>.*\n', '', text, flags=re.M)
    text = re.sub(r'^(; \(1 server found\)|;; global options:.*)\n', '', text, flags=re.M)
    return re.sub(r'^    (query_time|response_time|message_size|socket_\w+|response_address|response_port|query_address|query_port): .*\n', '', text, flags=re.M)


def write():
    server, out = Server(), []
    server.start()
    for name, rtype, dnssec, server.message in messages():
        texts = {style: shown('dig', server, name, rtype, dnssec, options) for style, options in STYLES.items()}
        out.append(dict(name=name, type='TYPE%d' % rtype, do=dnssec, wire=server.message.hex(), out=texts))
    with open(os.path.join(HERE, 'messages.json'), 'w') as file:
        file.write('[\n' + ',\n'.join(json.dumps(entry) for entry in out) + '\n]\n')
    print(len(out), 'messages,', len(out) * len(STYLES), 'texts')


def compare(tool, count):
    server, differ, run = Server(), 0, 0
    server.start()
    extra = ['', '+multiline', '+short', '+yaml', '+rrcomments', '+multiline +norrcomments', '+split=4', '+nosplit', '+nocrypto', '+nocrypto +multiline', '+short +rrcomments', '+unknownformat', '+ttlunits', '+expandaaaa', '+nobesteffort', '+short +nosplit', '+multiline +split=8']
    random.seed(int(os.environ.get('SEED', '7')))
    for round in range(count):
        data = Data(random.random())
        rtype, fields = data.r.choice(sorted(TYPES.items()))
        raw = data.make(fields)
        if data.r.random() < .35:
            how = data.r.randrange(4)
            if how == 0: raw = raw[:data.r.randrange(len(raw) + 1)]
            elif how == 1: raw += data.bytes(1, 4)
            elif raw and how == 2: i = data.r.randrange(len(raw)); raw = raw[:i] + data.bytes(1, 1) + raw[i + 1:]
            else: raw = data.bytes(0, 40)
        name = '0123456789abcdefghijklmnopqrstuv.golden.test' if rtype == 50 else 'f.golden.test'
        server.message = message(name, rtype, [record(b'\xc0\x0c', rtype, 90061, raw)], additionals=[opt()], rclass=1)
        style = data.r.choice(extra)
        theirs, ours = (shown(t, server, name, rtype, False, style) for t in ('dig', tool))
        run += 1
        if theirs != ours:
            differ += 1
            print('####', rtype, style, raw.hex()); print(theirs[:700]); print('---- ours'); print(ours[:700])
    print(differ, 'of', run, 'differ')


if __name__ == '__main__':
    if sys.argv[1:2] == ['--compare']: compare(sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 500)
    else: write()
