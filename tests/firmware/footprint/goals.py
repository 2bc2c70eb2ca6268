"""What was aimed at: figures that follow from others, on the Cortex-M4F, each with its target."""

# What a reading passes through, from the sensor to its slot.
STREAM_PATH = [
    "model_value", "model_norm", "model_row", "model_leave_out_gauge", "factor_observe", "factor_score",
    "reservoir_offer", "reservoir_kept", "top_offer", "top_kept", "moments_observe", "moments_standardise",
    "standardise", "selector_free_slot", "selector_offer", "selector_count", "selector_kept", "store_offer",
]  # fmt: skip

# Name: the largest figure that meets the target, and the target as a reader sees it.
TARGETS = {
    "goal stack of a reading in closed form": (511, "< 512"),
    "goal stack of the stream path": (511, "< 512"),
    "goal norm 5-8-1, per mille of the output": (1499, "< 1.5"),
    "goal norm 16-16-1, per mille of the output": (1499, "< 1.5"),
    "goal norm 64-10-1, per mille of the output": (1499, "< 1.5"),
    "goal output 5-8-1, per mille of plain C": (1100, "1.1"),
    "goal output 16-16-1, per mille of plain C": (1100, "1.1"),
    "goal output 64-10-1, per mille of plain C": (1100, "1.1"),
    "goal output 5-8-1, per mille of 477": (1100, "1.1"),
    "goal score N = 20, per mille of emlearn": (449, "< 0.45"),
    "goal score N = 21, per mille of emlearn": (449, "< 0.45"),
    "goal observe N = 57": (11499, "< 11 500"),
    "goal score N = 20": (1599, "< 1 600"),
    "goal reading 5-8-1, mean": (14999, "< 15 000"),
    "goal flash of the minimal selector": (14336, "14 336"),
}


def worst(figures, column):
    """Stack of the stream path, and whose it is."""
    return max((figures[f"stack {name}", column], name) for name in STREAM_PATH)


def per_mille(part, whole):
    """Rounded up."""
    return -(-1000 * part // whole)


def derive(figures):
    """Adds the figures of `TARGETS`."""
    for column in ("m4f-3", "m4f-s"):

        def of(name):
            return figures[name, column]

        found = {
            "goal stack of a reading in closed form": of("reading in closed form, stack"),
            "goal stack of the stream path": worst(figures, column)[0],
        }
        for network in ("5-8-1", "16-16-1", "64-10-1"):
            value = of(f"rust value_{network}")
            found[f"goal norm {network}, per mille of the output"] = per_mille(of(f"rust norm_{network}"), value)
            found[f"goal output {network}, per mille of plain C"] = per_mille(value, of(f"rust plain_{network}"))
        found["goal output 5-8-1, per mille of 477"] = per_mille(of("rust value_5-8-1"), 477)
        for order in (20, 21):
            found[f"goal score N = {order}, per mille of emlearn"] = per_mille(
                of(f"envelope score_{order}"), of("envelope emlearn_20")
            )
        found["goal observe N = 57"] = of("rust factor_observe_57")
        found["goal score N = 20"] = of("rust factor_score_20")
        found["goal reading 5-8-1, mean"] = of("rust selector_offer_5-8-1 mean")
        found["goal flash of the minimal selector"] = of("flash minimal")
        assert found.keys() == TARGETS.keys()
        for name, number in found.items():
            figures[name, column] = number
