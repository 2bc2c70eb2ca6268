"""Sizes of sections and symbols of a 32-bit little-endian ELF file."""

import struct


class Elf:
    def __init__(self, path):
        self.data = path.read_bytes()
        assert self.data[:6] == b"\x7fELF\x01\x01", path
        (start,) = struct.unpack_from("<I", self.data, 32)
        size, count, names = struct.unpack_from("<HHH", self.data, 46)
        self.headers = [struct.unpack_from("<10I", self.data, start + i * size) for i in range(count)]
        self.names = self.headers[names][4]

    def text(self, at):
        return self.data[at : self.data.index(b"\0", at)].decode()

    def section(self, *wanted):
        """Bytes of the sections of these names."""
        return sum(header[5] for header in self.headers if self.text(self.names + header[0]) in wanted)

    def symbol(self, wanted):
        """Bytes of the symbol."""
        for header in self.headers:
            if header[1] != 2:  # SHT_SYMTAB
                continue
            strings = self.headers[header[6]][4]
            for at in range(header[4], header[4] + header[5], 16):
                name, _, size = struct.unpack_from("<III", self.data, at)
                if self.text(strings + name) == wanted:
                    return size
        raise KeyError(wanted)
