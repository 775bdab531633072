"""Each module measures one claim against a peer that runs beside it, and prints ratios."""
