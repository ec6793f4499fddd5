"""Rows of data files: JSON lines, parquet and npz, each behind the same small interface."""
