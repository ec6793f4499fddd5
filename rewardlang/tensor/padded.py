"""Padded tensors with lengths of their own: what `lengths` may be, and which positions of a tensor then count."""

from collections.abc import Iterable, Mapping

import torch
from torch import Tensor

from rewardlang.tensor import words
from rewardlang.values.axes import Axis


def known_axes(lengths: Mapping[str, object] | None, axes: Iterable[Axis]) -> None:
    """RewardError where lengths are given for what is no ragged axis among `axes`."""
    if not lengths:
        return
    ragged = dict.fromkeys(axis.name for axis in axes if axis.ragged)
    for name in lengths:
        if name not in ragged:
            raise words.RewardError(words.unknown_name("ragged axis", name, ragged))


def read_lengths(lengths: Mapping[str, object] | None, rows: int) -> dict[str, Tensor]:
    """Lengths by axis name as int64 tensors [B, *axes that it lies within]; RewardError where they are none."""
    return {name: _whole_numbers(name, given, rows) for name, given in (lengths or {}).items()}


def _whole_numbers(name: str, given: object, rows: int) -> Tensor:
    try:
        found = torch.as_tensor(given)
    except (TypeError, ValueError, RuntimeError) as error:
        raise words.RewardError(words.wrong_lengths(name, f"cannot be read as a tensor: {error}")) from None
    if found.numel() and (found.is_floating_point() or found.is_complex() or found.dtype is torch.bool):
        kind = str(found.dtype).removeprefix("torch.")
        raise words.RewardError(words.wrong_lengths(name, f"must be whole numbers and are {kind}"))
    if not found.dim() or len(found) != rows:
        got = f"have {len(found)} rows" if found.dim() else "are one number"
        raise words.RewardError(words.wrong_lengths(name, f"{got}, the columns have {rows}"))
    return found.to(torch.int64)


def lay_out(
    column: str, raw: Tensor, axes: tuple[Axis, ...], given: Mapping[str, Tensor]
) -> tuple[Tensor, Tensor | None, dict[Axis, Tensor]]:
    """Cut a padded tensor to its greatest lengths; returns it, the mask of real positions (None: all) and the lengths.

    Axes of which nothing is given count whole. Raises RewardError where the given lengths do not fit the tensor.
    """
    real, found = None, {}
    for position, axis in enumerate(axes, start=1):
        if not axis.ragged:
            continue
        within = [at for at, other in enumerate(axes[: position - 1], start=1) if other.name in axis.within]
        outer = [raw.shape[at] for at in (0, *within)]
        if axis.name not in given:
            found[axis] = torch.full(outer, raw.shape[position], dtype=torch.int64, device=raw.device)
            continue
        lengths = _fitting(column, axis, given[axis.name].to(raw.device), outer, raw.shape[position])
        lengths = _without_padding(lengths, [found[axes[at - 1]] for at in within if axes[at - 1] in found])
        _check_width(column, axis, lengths, raw.shape[position])
        longest = int(lengths.max()) if lengths.numel() else 0
        raw = raw.narrow(position, 0, longest)
        found[axis] = lengths
        mask = torch.arange(longest, device=raw.device) < lengths.unsqueeze(-1)
        mask = _over(mask, axis, axes, raw.dim())
        real = mask if real is None else real & mask
    return raw, None if real is None else real.expand(raw.shape), found


def _fitting(column: str, axis: Axis, lengths: Tensor, outer: list[int], width: int) -> Tensor:
    """Lengths cut to the sizes of the axes that the axis lies within."""
    if lengths.dim() != len(outer):
        inner = "".join(f", {name}" for name in axis.within)
        problem = f"must have {len(outer)} dimensions (rollouts{inner}) and have {lengths.dim()}"
        raise words.RewardError(words.wrong_lengths(axis.name, problem))
    for name, size, wanted in zip(axis.within, lengths.shape[1:], outer[1:], strict=True):
        if size < wanted:
            problem = f"have {size} along `{name}`, column `{column}` has {wanted}"
            raise words.RewardError(words.wrong_lengths(axis.name, problem))
    return lengths[(slice(None), *(slice(0, size) for size in outer[1:]))]


def _without_padding(lengths: Tensor, outer: list[Tensor]) -> Tensor:
    """Lengths with 0 past the ends of the axes that they depend on."""
    for position, ends in enumerate(outer, start=1):
        there = torch.arange(lengths.shape[position], device=lengths.device) < ends.unsqueeze(-1)
        there = there.view(*there.shape, *(1,) * (lengths.dim() - there.dim()))
        lengths = torch.where(there, lengths, 0)
    return lengths


def _check_width(column: str, axis: Axis, lengths: Tensor, width: int) -> None:
    bad = (lengths < 0) | (lengths > width)
    if not bool(bad.any()):
        return
    row, value = int(bad.nonzero()[0, 0]), int(lengths[bad][0])
    problem = f"are negative in row {row}: {value}" if value < 0 else (
        f"are {value} in row {row}, column `{column}` is only {width} wide")
    raise words.RewardError(words.wrong_lengths(axis.name, problem))


def _over(mask: Tensor, axis: Axis, axes: tuple[Axis, ...], dimensions: int) -> Tensor:
    """A mask [B, *within, axis] as one that broadcasts over [B, *axes]."""
    present = {*axis.within, axis.name}
    for position, other in enumerate(axes[: axes.index(axis)], start=1):
        if other.name not in present:
            mask = mask.unsqueeze(position)
    return mask[(...,) + (None,) * (dimensions - mask.dim())]


def widened(data: Tensor, axes: tuple[Axis, ...], widths: Mapping[Axis, int]) -> Tensor:
    """A tensor [B, *axes], with 0 or false added behind each axis until it is as wide as `widths` says."""
    for position, axis in enumerate(axes, start=1):
        more = widths.get(axis, 0) - data.shape[position]
        if more > 0:
            shape = [*data.shape[:position], more, *data.shape[position + 1 :]]
            data = torch.cat([data, data.new_zeros(shape)], position)
    return data
