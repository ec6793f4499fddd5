"""The operator table and the kernels that read it."""
