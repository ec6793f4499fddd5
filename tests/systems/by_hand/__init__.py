"""What the pages of the published systems define, in plain Python; each module adds its systems to `drawn.SYSTEMS`."""

from importlib import import_module
from pkgutil import iter_modules

for found in iter_modules(__path__):
    import_module(f"{__name__}.{found.name}")
