"""One merging method a module: a pure function of tensors."""
