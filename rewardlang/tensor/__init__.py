"""From graph to torch: emission, calls, schedule, modules."""
