"""Writes the weights of a 100-272-272-1 ReLU network with hidden biases in the first layer, as C: of the size of a
trained network's, from a generator of its own, the same everywhere."""

INPUTS, HIDDEN = 100, 272


def uniforms():
    """Numbers in [0, 1) on a grid of 2^-16."""
    word = 12345
    while True:
        word = (word * 1664525 + 1013904223) % 2**32
        yield (word >> 16) / 65536


def main():
    source = uniforms()

    def table(name, count, size):
        # Sums of four are near normal; rounded to 2^-12, so that they are the same in any precision.
        values = (round((sum(next(source) for _ in range(4)) - 2) * 1.732 * size * 4096) / 4096 for _ in range(count))
        body = ",\n".join(f"{value:.12g}f" if value % 1 else f"{int(value)}.0f" for value in values)
        print(f"static const float {name}[{count}] = {{\n{body}}};")

    print(f"enum {{ INPUTS = {INPUTS}, HIDDEN = {HIDDEN} }};")
    table("weights_1", HIDDEN * INPUTS, (2 / INPUTS) ** 0.5)
    table("bias_1", HIDDEN, 0.1)
    table("weights_2", HIDDEN * HIDDEN, (2 / HIDDEN) ** 0.5)
    table("weights_3", HIDDEN, HIDDEN**-0.5)


main()
