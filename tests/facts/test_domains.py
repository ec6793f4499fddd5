"""Domain errors: none where an operator is defined by what its argument is made of, one wherever it is not; and sums of squares."""

import random
from fractions import Fraction

import numpy as np
import pytest
from programs import codes, facts_of

_HEAD = """
    axis joint = 6
    input x : float in [-3, 3]
    input y : float in [-3, 3]
    input z : float in [-3, 3]
    input w : float in [-3, 3]
    input p : float in [0, 1]
    input q : float in [0, 1]
    input v : float[joint] in [-3, 3]
    input u : float[joint] in [-3, 3]
    input s : float[joint] in [0, 1]
    input m : float[joint]? in [0, 1]
"""

DEFINED = [
    "sqrt(x*x - 2*x*y + y*y)", "sqrt(x**2 - 2*x*y + y**2)", "sqrt(x*x + 2*x*y + y*y)", "sqrt((x-y)*(x-y))", "sqrt((x-y)**2 + 0.00000001)",
    "sqrt(x*x + y*y - 2*x*y + 1)", "sqrt((x-y)**2 + (y-z)**2)", "sqrt(x*x + y*y + z*z - x*y - y*z - x*z)",
    "sqrt(x**2 + y**2 + z**2 - x*y - y*z - z*x)", "sqrt(x*x + y*y + x*y)", "sqrt(2*x*x + 2*x*y + 5*y*y)", "sqrt(x*x - x*y + y*y)",
    "sqrt(x*x - 2*x + 1)", "sqrt(4*x*x - 4*x + 1)", "sqrt(x**4 - 2*x**2 + 1)", "sqrt(x*x*x*x - 2*x*x + 1)", "sqrt((x+y)**2 - 4*x*y)",
    "sqrt((x+y)*(x+y) - 4*x*y)", "log((x+y)**2 - 4*x*y + 1)", "sqrt((x**2 + y**2)/2 - ((x+y)/2)**2)",
    "sqrt((x**2 + y**2 + z**2)/3 - ((x+y+z)/3)**2)", "sqrt(0.5*x*x + 0.5*y*y - (0.5*x+0.5*y)**2)", "1/(1+exp(-x))", "log(1+exp(x))",
    "log(1+exp(-abs(x)))", "x/(abs(x)+0.000001)", "x/(abs(x)+abs(y)+0.000001)", "x/(sqrt(x*x+y*y)+0.000001)", "x/sqrt(x*x+1)",
    "sqrt(1-clamp(x,-1,1)**2)", "sqrt(1-clamp(x,-1,1)*clamp(x,-1,1))", "sqrt(1-tanh(x)**2)", "sqrt(1-sin(x)**2)", "sqrt(1-cos(x)*cos(x))",
    "sqrt(1 - sigmoid(x))", "sqrt(sigmoid(x)*(1-sigmoid(x)))", "sqrt(sigmoid(x) - sigmoid(x)**2)", "sqrt(p - p*p)", "sqrt(p*(1-p))",
    "sqrt(p - p**2)", "sqrt(0.25 - p*(1-p))", "sqrt(0.25 - p + p*p)", "sqrt(p + q - p*q)", "sqrt(p + q - 2*p*q)", "sqrt(1 - p*q)",
    "sqrt(1-p-q+p*q)", "sqrt(max(p,q) - p)", "sqrt(p - p*q)", "sqrt(p - min(p,q))", "sqrt(abs(x)+abs(y)-abs(x+y))",
    "sqrt(abs(x-y) - abs(x) + abs(y))", "sqrt(max(x,y) - min(x,y))", "sqrt(max(x,y) - (x+y)/2)", "sqrt(abs(x) - x)", "sqrt(abs(x)+x)",
    "sqrt(x*x + abs(x) - x)", "log(1 + x*x)", "log(x*x + x + 1)", "1/(x*x+x+1)", "1/(x*x - 2*x + 2)", "1/(1 + abs(x) - x)",
    "sqrt(exp(x) - x - 1)", "sqrt(exp(x) - x)", "1/(exp(x)+exp(-x))", "(exp(x)-exp(-x))/(exp(x)+exp(-x))", "log(exp(x)+exp(-x)-1)",
    "log(exp(x)+exp(y))", "log(exp(x-max(x,y))+exp(y-max(x,y)))", "exp(x)/(exp(x)+exp(y))", "log(exp(x)/(exp(x)+exp(y)))",
    "log(sigmoid(x))", "log(1-sigmoid(x))", "log(1-tanh(x)**2)", "log(tanh(x)+1.5)", "p*log(p+0.00001)", "log(p/(p+0.1)+0.1)",
    "x*y/(x*x+y*y+0.001)", "(x*y)/sqrt((x*x+0.01)*(y*y+0.01))", "sqrt(1 - (x*y)**2/((x*x+0.01)*(y*y+0.01)))",
    "sqrt(1 - clamp((x*z+y*w)/(sqrt(x*x+y*y)*sqrt(z*z+w*w)+0.001),-1,1)**2)", "sqrt((x*x+y*y)*(z*z+w*w) - (x*z+y*w)**2)", "sqrt(x**2)",
    "sqrt(x**4 + x**2)",
]
OF_LISTS = [
    "sqrt(mean(v*v over joint) - mean(v over joint)**2)", "sqrt(mean(v**2 over joint) - mean(v over joint)*mean(v over joint))",
    "sqrt(sum(v*v over joint))", "sqrt(sum(v**2 over joint) + 0.0001)", "sqrt(sum((v-u)**2 over joint))",
    "sum(v*u over joint)/(sqrt(sum(v*v over joint))*sqrt(sum(u*u over joint))+0.00001)",
    "sqrt(1 - clamp(mean(v over joint)/3, -1, 1)**2)", "mean(log(1+exp(v)) over joint)", "log(sum(exp(v) over joint))",
    "log(mean(exp(v) over joint))", "max(v over joint) + log(sum(exp(v - max(v over joint)) over joint))",
    "sqrt(max(v over joint) - min(v over joint))", "sqrt(max(v over joint) - mean(v over joint))", "sqrt(1 - mean(s over joint))",
    "log(2 - max(s over joint))", "1/(1 + sum(s over joint))", "mean(v over joint)/ (max(abs(v) over joint) + 0.0001)",
    "sqrt(mean((v - mean(v over joint))**2 over joint))", "sqrt(sum(s over joint) - sum(s*s over joint))",
    "sqrt(mean(s over joint) - mean(s over joint)**2)", "sqrt(mean(s over joint) - mean(s**2 over joint))",
    "sqrt(mean(abs(v) over joint) - abs(mean(v over joint)))",
]
UNDEFINED = [
    "sqrt(x**4 + x**2 + x)", "sqrt(x*x - 0.5*x)", "sqrt(x*x - 2.01*x*y + y*y)", "sqrt(x*x - 2*x*y + y*y - 0.0001)", "log(x*x)", "1/x",
    "1/(x-y)", "log((x-y)**2)", "log(p)", "log(1-p)", "log(p*(1-p))", "1/(x*x+x-1)", "sqrt(exp(x) - x - 1.001)", "1/(abs(x)+x)",
    "sqrt(1-x*x)", "sqrt(abs(x+y) - abs(x))", "log(x*x + y*y + z*z - x*y - y*z - x*z)", "sqrt(sin(x))", "sqrt(x**3)", "sqrt(p-q)",
    "1/tanh(x)", "log(sqrt(x*x))", "log(relu(x))", "log(abs(x))", "1/(p*(1-p))",
]
UNDEFINED_OF_LISTS = [
    "sqrt(mean(v*v over joint) - mean(v over joint)**2 - 0.0001)", "sqrt(mean(v over joint))",
    "sqrt(mean(v over joint) - min(v over joint) - 0.001)", "sqrt(mean(s**2 over joint) - mean(s over joint))",
]

#: Only one of two lists may lack entries, so that their means are of different ones.
LACKING = ["sqrt((mean(s over joint) ?? 0) - (mean(min(s, m) over joint) ?? 0))"]


@pytest.mark.parametrize("text", DEFINED + OF_LISTS)
def test_what_is_defined_everywhere_is_no_error(text):
    assert "RW201" not in codes(f"{_HEAD}\n    reward = {text}")


@pytest.mark.parametrize("text", UNDEFINED + UNDEFINED_OF_LISTS + LACKING)
def test_what_is_undefined_somewhere_is_an_error(text):
    assert "RW201" in codes(f"{_HEAD}\n    reward = {text}")


def _quadratic(seed: int) -> tuple[str, np.ndarray]:
    """A quadratic form of three sources and 1 as it may be written, and its matrix: of whole numbers, most often with a flat valley."""
    draw = random.Random(seed)
    rows = np.array([[draw.randint(-2, 2) for _ in range(4)] for _ in range(draw.randint(1, 3))])
    matrix = rows.T @ rows
    matrix[3, 3] += draw.choice([-1, 0, 1])
    names = ["x", "y", "z", "1"]
    terms = []
    for i in range(4):
        for j in range(i, 4):
            c, one, other = int(matrix[i, j]) * (1 if i == j else 2), names[i], names[j]
            terms.append(f"({c}) * {one} ** 2" if i == j and draw.random() < 0.5 else f"({c}) * {other} * {one}")
    draw.shuffle(terms)
    return " + ".join(terms), matrix


@pytest.mark.parametrize("seed", range(60))
def test_a_quadratic_form_is_at_least_what_elimination_leaves(seed):
    text, matrix = _quadratic(seed)
    found = facts_of(f"{_HEAD}\n    reward = {text}")
    low = found.bounds(found.spec.outputs["reward"].node).lo
    square, linear = matrix[:3, :3].astype(float), matrix[:3, 3].astype(float)
    at = np.linalg.lstsq(square, -linear, rcond=None)[0]
    least = float(at @ square @ at + 2 * linear @ at + matrix[3, 3])
    assert low >= least - 1e-9, "no square is wider than the least value over all reals"
    grid = np.random.default_rng(seed).uniform(-3, 3, (4, 20_000))
    grid[3] = 1
    assert float(low) <= np.einsum("in,ij,jn->n", grid, matrix.astype(float), grid).min() + 1e-9
    if (np.abs(at) <= 3).all():
        assert low == Fraction(round(least * 10**6), 10**6) or abs(float(low) - least) < 1e-9
