# %% [markdown]
# # Exercise 01: the numerical gradient
#
# A gradient can be *measured*, with no calculus at all: change one number a little and see how far the result
# moves. That is far too slow to train a network with, and it is the best judge there is of every gradient
# that you will ever derive. In this exercise you build the judge.
#
# **When you are done** you can estimate any gradient from function values alone, you know how small the
# small change should be, and you have a `gradient_check` that catches a wrong gradient and leaves a right
# one alone.
#
# | task | difficulty | time | points |
# |---|---|---|---|
# | 1 one slope | ●○○○ | 5 min | 2 |
# | 2 the whole gradient | ●●○○ | 10 min | 4 |
# | 3 how wrong is it? | ●●○○ | 8 min | 3 |
# | 4 the gradient check | ●●●○ | 12 min | 4 |
#
# The lecture notebook [01 · Four ways to a derivative](../../notebooks/01_four_ways_to_a_derivative.ipynb), section 3,
# measures how the error of such a slope depends on the step.

# %% [markdown]
# House rules of this exercise:
#
# - `f` is a function that takes an array $w$ and returns one number. You may call it and nothing else: you
#   cannot look inside.
# - `w` is a NumPy array of any shape. It belongs to the caller: when your function returns, it must hold the
#   same numbers as before.
#
# After each task, run its check, as often as you like. It tells you what it thinks is wrong.

# %%
import numpy as np

import exercises

# %% [markdown]
# ## Task 1: one slope
# *●○○○, about 5 minutes, 2 points*
#
# A classifier with the weights $w = (0.34, -1.11, 0.78, \dots)$ has the loss $1.25347$. Add $h = 0.0001$ to
# the first weight, and the loss becomes $1.25322$. So if this weight grows, the loss falls, and per unit of
# weight by
#
# $$\frac{f(w + h\,e_0) - f(w)}{h} = \frac{1.25322 - 1.25347}{0.0001} = -2.5$$
#
# where $e_0$ is the vector with a 1 at index 0 and zeros elsewhere. This quotient is the **forward
# difference**.
#
# <details><summary>Predict first: with h added to the second weight instead, the loss is 1.25353. What is its
# slope?</summary>
#
# (1.25353 − 1.25347) / 0.0001 = 0.6. And with h added to the third, the loss stays at 1.25347: slope 0.
# </details>
#
# `index` says which entry of `w` to change: `w[index]` is that entry, also if `w` has two axes and `index` is
# a pair.
#
# The picture has a smaller loss to play with, $e^{w_0 w_1}$. Click $w_0$ and *wiggle* it by $h$: how far the
# loss moves, divided by $h$, is its slope.
#
# <details><summary>Hint: "overwrote its input"</summary>
#
# `v = w` gives the same array a second name; writing to `v[index]` writes to `w[index]`. Make a new array:
# `v = w.copy()`.
# </details>
#
# <details><summary>Hint: "not divided by h"</summary>
#
# How far the loss moved depends on how far you moved the weight. The slope is the quotient of both.
# </details>

# %%
exercises.target("slope")


# %% task="slope"
def slope(f, w, index, h):
    """The forward difference of f along the entry w[index], with step h."""
    # BEGIN SOLUTION
    moved = w.astype(float)  # a copy, and one that can hold fractions
    moved[index] += h
    return (f(moved) - f(w)) / h
    # END SOLUTION


# %%
exercises.check("slope")

# %% [markdown]
# **A derivative can be measured.** Two calls of $f$ give one slope.

# %% [markdown]
# ## Task 2: the whole gradient
# *●●○○, about 10 minutes, 4 points*
#
# The forward difference looks only to one side, and is off by about $\tfrac{h}{2} f''$. Looking to both sides
# makes the errors of both cancel: the **central difference** is off by only $\tfrac{h^2}{6} f'''$.
#
# $$\frac{\partial f}{\partial w_i} \approx \frac{f(w + h\,e_i) - f(w - h\,e_i)}{2h}$$
#
# Check by hand: for $f(w) = w^3$ at $w = 2$ with $h = 0.1$ the right slope is $12$. Forward:
# $(2.1^3 - 2^3)/0.1 = 12.61$. Central: $(2.1^3 - 1.9^3)/0.2 = 12.01$. The picture has the right one.
#
# Write the gradient: an array of the shape of `w`, with the central difference of every entry. A call of $f$
# may be expensive (in a network it is a whole forward pass), so call it **at most twice per entry**.
#
# <details><summary>Hint: "is only a forward difference"</summary>
#
# One step to the right and one to the left: $f(w + h e_i) - f(w - h e_i)$.
# </details>
#
# <details><summary>Hint: "twice as large: the two points are 2h apart"</summary>
#
# From $w_i - h$ to $w_i + h$ it is twice the step.
# </details>
#
# <details><summary>Hint: "changes of earlier entries were not undone"</summary>
#
# All other entries must be at their places when it is entry $i$'s turn. Put the old value back, or start from
# a fresh copy for each entry.
# </details>
#
# <details><summary>Hint: "is not right for whole numbers"</summary>
#
# `np.array([1, 2])` holds integers, and an integer cannot hold 1.00001: the step is lost when it is written
# into the array. Begin with `w.astype(float)`, which is a copy as well.
# </details>
#
# `np.ndindex(w.shape)` runs over the indices of an array of any shape, even of one that holds a single
# number.

# %%
exercises.target("numerical_gradient")


# %% task="numerical_gradient"
def numerical_gradient(f, w, h=1e-5):
    """The gradient of f at w by central differences; an array of w's shape."""
    # BEGIN SOLUTION
    gradient = np.zeros(w.shape)
    moved = w.astype(float)
    for index in np.ndindex(w.shape):
        middle = moved[index]
        moved[index] = middle + h
        right = f(moved)
        moved[index] = middle - h
        left = f(moved)
        moved[index] = middle
        gradient[index] = (right - left) / (2 * h)
    return gradient
    # END SOLUTION


# %%
exercises.check("numerical_gradient")

# %% [markdown]
# **Slow but sure.** A million weights would need two million forward passes for one gradient. Backpropagation
# needs one backward pass, whatever the number of weights; that is why it is worth learning.

# %% [markdown]
# ## Task 3: how wrong is it?
# *●●○○, about 8 minutes, 3 points*
#
# You have a gradient $a$ that someone derived (the *analytic* one) and the measured $n$. They are never
# exactly equal. Is a difference of $0.001$ much? Not if the gradient is $1000$; very much so if it is
# $0.002$. So we compare the largest difference with the largest entry of either:
#
# $$\text{relative error} = \frac{\max_i |a_i - n_i|}{\max\left(\max_i |a_i|,\; \max_i |n_i|\right)}$$
#
# By hand: $a = (3, -4)$ and $n = (3, -5)$ differ by at most $1$, the largest entry is $5$, so the relative
# error is $0.2$. If both gradients are zero everywhere, they agree: the error is $0$, and not
# $0/0$.
#
# <details><summary>Hint: "depends on the scale"</summary>
#
# Multiply $a$ and $n$ by 1000: the relative error must stay what it was. Is the division missing?
# </details>
#
# <details><summary>Hint: "of two zero gradients"</summary>
#
# Ask whether the largest entry is 0 before you divide by it.
# </details>
#
# <details><summary>Hint: "with the largest entry of both"</summary>
#
# Neither gradient is known to be right, so neither alone may set the scale: if $a$ is 0 by mistake, dividing
# by its largest entry gives infinity. The same holds for $n$.
# </details>


# %% task="relative_error"
def relative_error(a, n):
    """The largest difference of two gradients of one shape, relative to the largest entry of either."""
    # BEGIN SOLUTION
    largest = max(np.abs(a).max(), np.abs(n).max())
    if largest == 0:
        return 0.0
    return np.abs(a - n).max() / largest
    # END SOLUTION


# %%
exercises.check("relative_error")

# %% [markdown]
# **Errors are relative.** One number, between 0 (equal) and 2 (opposite), that means the same for every
# network.

# %% [markdown]
# ## Task 4: the gradient check
# *●●●○, about 12 minutes, 4 points*
#
# Now put it together. `gradient_check(f, analytic, w)` gets a function `f`, the gradient `analytic` that
# someone computed for it at `w`, and answers `True` if it is right and `False` if it is not:
# right means that the relative error to the numerical gradient is below $10^{-6}$.
#
# How small should $h$ be? The picture below shows the error of both quotients for $e^w$, step by step. On
# the right the step is too long and the curve bends away. On the left it is too short: $f(w+h)$ and
# $f(w-h)$ agree in all but the last digits, and their difference is mostly rounding. Between them lies a
# valley.
#
# <details><summary>Predict first: at which h is the central difference best, and about how good is it
# there?</summary>
#
# Near $h = 10^{-5}$, with about eleven right digits. The forward difference gets about eight at its best,
# near $h = 10^{-8}$.
# </details>
#
# A gradient that contains `nan` is wrong. So is one of another shape, even if NumPy would broadcast the two
# against each other.
#
# <details><summary>Hint: "accepts a gradient with nan"</summary>
#
# Every comparison with `nan` is False: `error > 1e-6` is, and `error < 1e-6` is too. So which of the two do
# you ask? Look into `relative_error` as well: `largest > 0` is False for `nan`, and `largest == 0` is, too.
# </details>
#
# <details><summary>Hint: "accepts a gradient that is wrong in one entry"</summary>
#
# Means and sums dilute a single error. And one entry chosen at random says nothing of the others.
# </details>
#
# <details><summary>Hint: "accepts a wrong gradient because it is small"</summary>
#
# `np.allclose` has an absolute tolerance of 1e-8 built in: any two gradients below it are "close". Use your
# relative error.
# </details>
#
# <details><summary>Hint: "rejects a right gradient"</summary>
#
# Your measurement is not exact. Which $h$ lies in the valley? And does your function change `w` on its way?
# </details>

# %%
exercises.target("gradient_check")


# %% task="gradient_check"
def gradient_check(f, analytic, w):
    """Whether `analytic` is the gradient of f at w."""
    # BEGIN SOLUTION
    numeric = numerical_gradient(f, w)
    if analytic.shape != numeric.shape:
        return False
    return bool(relative_error(analytic, numeric) < 1e-6)
    # END SOLUTION


# %%
exercises.check("gradient_check")

# %% [markdown]
# **Trust, but measure.** From now on: derive a gradient, then check it. The checks in all later exercises
# are a grown-up sister of the function that you have just written.
