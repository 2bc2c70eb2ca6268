from platformio.public import PlatformBase


class BenchPlatform(PlatformBase):
    def is_embedded(self):
        return False
