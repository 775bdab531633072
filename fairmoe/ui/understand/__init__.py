"""The pages Experts, Routing, Attention and Individual."""
