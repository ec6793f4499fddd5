"""What values are: types, axes, intervals, units and classes."""
