# %% [markdown]
# # Exercise 03: building blocks
#
# Three blocks are enough for a small neural network: one that bends (**ReLU**), one that mixes (**Dense**) and
# one that judges (a **loss**). You write all three, with their backward passes. On the way you find a real
# mistake in code that was printed in a lecture: it had never met a gradient check.
#
# **When you are done** you can derive the three gradients of a dense layer, you know why a loss has to
# listen to its upstream gradient, and you can say for which weights a wrong gradient hides.
#
# | task | difficulty | time | points |
# |---|---|---|---|
# | 1 ReLU | ●○○○ | 5 min | 3 |
# | 2 dense | ●●●○ | 15 min | 4 |
# | 3 find the published bug | ●●○○ | 8 min | 2 |
# | 4 a loss | ●●○○ | 8 min | 3 |
# | 5 a network of your own blocks | ●○○○ | 4 min | 1 |
#
# The lecture notebook [02 · Computation graphs](../../notebooks/02_computation_graphs.ipynb) has the words
# that are used here: node, upstream gradient, message. [03 · Building blocks](../../notebooks/03_building_blocks.ipynb)
# derives such blocks; read it afterwards, and compare.

# %% [markdown]
# House rules, as in exercise 02:
#
# - A block has `forward(self, inputs)`, which returns one array, and
#   `backward(self, inputs, output, output_diff)`, which returns a list with one gradient per input, each of
#   the shape of its input.
# - `output_diff` is the upstream gradient $\bar z = \partial L/\partial z$; it has the shape of the output.
# - All values are plain NumPy arrays. A block keeps nothing and changes nothing. It does not know which of
#   its inputs are data and which are parameters: they all get a gradient.

# %%
import numpy as np

import exercises
import minigrad as mg

# %% [markdown]
# ## Task 1: ReLU
# *●○○○, about 5 minutes, 3 points*
#
# $$z = \max(x, 0)\quad\text{entry by entry} \qquad
# \frac{\partial z}{\partial x} = \begin{cases} 1 & x > 0 \\ 0 & x \le 0 \end{cases}$$
#
# At $x = 0$ there is a kink; this course, like most software, takes the slope $0$ there.
#
# By hand: $x = (-1, 2)$ with the upstream gradient $\bar z = (5, 7)$ gives $z = (0, 2)$ and the message
# $(0, 7)$.
#
# <details><summary>Hint: "The truth value of an array with more than one element is ambiguous"</summary>
#
# `if x > 0` asks one question about many numbers. `x > 0` itself is an array of answers, a *mask*, and can be
# multiplied with.
# </details>
#
# <details><summary>Hint: "overwrote its input"</summary>
#
# `x[x < 0] = 0` changes the caller's array, which others may still need. `np.maximum(x, 0)` makes a new one.
# </details>
#
# <details><summary>Hint: "ReLU.backward at 0"</summary>
#
# Where $x = 0$ nothing is sent. Is it `>` or `>=`?
# </details>

# %%
exercises.target("relu")


# %% task="relu"
class ReLU(mg.Function):
    """z = max(x, 0), entry by entry"""

    def forward(self, inputs):
        (x,) = inputs
        # BEGIN SOLUTION
        return np.maximum(x, 0)
        # END SOLUTION

    def backward(self, inputs, output, output_diff):
        (x,) = inputs
        # BEGIN SOLUTION
        return [output_diff * (x > 0)]
        # END SOLUTION


# %%
exercises.check("relu")

# %% [markdown]
# **A gate that opens and closes.** Where the unit is on, the gradient passes unchanged; where it is off,
# nothing does. A unit that is off for all the data learns nothing any more.

# %% [markdown]
# ## Task 2: dense
# *●●●○, about 15 minutes, 4 points*
#
# $$z = W^\top x + b \qquad\text{that is}\qquad z_j = \sum_i W_{ij}\, x_i + b_j$$
#
# with $x$ of shape $(n,)$, $W$ of shape $(n, m)$, $b$ and $z$ of shape $(m,)$. Three inputs, so three
# gradients:
#
# | | shape | from the sum above |
# |---|---|---|
# | $\partial L/\partial b_j$ | $(m,)$ | $b_j$ occurs only in $z_j$, with the factor 1 |
# | $\partial L/\partial W_{ij}$ | $(n, m)$ | $W_{ij}$ occurs only in $z_j$, with the factor $x_i$ |
# | $\partial L/\partial x_i$ | $(n,)$ | $x_i$ occurs in *every* $z_j$, with the factor $W_{ij}$ |
#
# Each time, multiply the factor by the upstream gradient $\bar z_j$ of the output in which it occurs; where
# there are several such outputs, add them up.
#
# By hand: $x = (1, 2)$, $W = \begin{pmatrix} 1 & 0 & -1 \\ 2 & 1 & 0 \end{pmatrix}$, $b = (0, 1, 0)$ give
# $z = (5, 3, -1)$. With $\bar z = (1, 1, 2)$ the gradient of $x_0$ is $1\cdot 1 + 0\cdot 1 - 1\cdot 2 = -1$.
#
# <details><summary>Predict first: what is the gradient of x₁, and the whole gradient of W?</summary>
#
# $2\cdot 1 + 1\cdot 1 + 0\cdot 2 = 3$. And $W$ receives $x_i \bar z_j$: the rows $(1, 1, 2)$ and $(2, 2, 4)$.
# </details>
#
# The picture shows the worked example: values above, gradients below.
#
# <details><summary>Hint: "matmul: Input operand 1 has a mismatch in its core dimension"</summary>
#
# Write the shapes below the symbols: $\bar z$ has $m$ entries, $x$ has $n$. Which of `W @ output_diff` and
# `W.T @ output_diff` adds over $j$, and has $n$ entries?
# </details>
#
# <details><summary>Hint: "the gradient of W is transposed"</summary>
#
# The gradient of $W$ is a matrix: every $x_i$ times every $\bar z_j$. That is `np.outer`, or a column times a
# row. Which factor runs along the rows?
# </details>


# %%
exercises.target("dense")


# %% task="dense"
class Dense(mg.Function):
    """z = Wᵀ x + b for inputs [x, W, b] of shapes (n,), (n, m), (m,)"""

    def forward(self, inputs):
        x, W, b = inputs
        # BEGIN SOLUTION
        return W.T @ x + b
        # END SOLUTION

    def backward(self, inputs, output, output_diff):
        x, W, b = inputs
        # BEGIN SOLUTION
        return [W @ output_diff, np.outer(x, output_diff), output_diff]
        # END SOLUTION


# %%
exercises.check("dense")

# %% [markdown]
# **Forward with $W^\top$, backward with $W$.** What distributes on the way there adds up on the way back.

# %% [markdown]
# ## Task 3: find the published bug
# *●●○○, about 8 minutes, 2 points*
#
# The layer of task 2 has been published with the following line for the gradient of $x$ (the two others were
# right):
#
# ```python
# def backward(self, inputs, output, output_diff):
#     x, W, b = inputs
#     return [W.T @ output_diff, np.outer(x, output_diff), output_diff]
# ```
#
# Such a line can be tried out, and seem to work. Find out how:
#
# 1. `caught()` returns inputs `x`, `W`, `b` and an `output_diff` for which this code runs **without any
#    error** and returns a **wrong** gradient of $x$. A gradient check on such a case would have caught it.
# 2. `hidden()` returns a case in which its answer is **right**, and would be for every `x`, `b` and
#    `output_diff`: a test that tries only weights like these can never notice anything. Choose a `W` that
#    is not diagonal.
#
# <details><summary>Hint: "the published code raises an error"</summary>
#
# `W.T @ output_diff` is only possible if $W^\top$ has as many columns as $\bar z$ has entries. What shape
# must $W$ have?
# </details>
#
# <details><summary>Hint: "the published gradient is right here"</summary>
#
# `W.T @ output_diff` and `W @ output_diff` are the same if… So choose another `W`.
# </details>
#
# <details><summary>Hint: "only by chance"</summary>
#
# With an `output_diff` of zeros, everything is right. But would it be for another one as well?
# </details>


# %% task="published_bug"
def caught():
    """x, W, b, output_diff for which the published code runs and is wrong"""
    # BEGIN SOLUTION
    W = np.array([[1.0, 2.0], [3.0, 4.0]])
    return np.array([1.0, -1.0]), W, np.zeros(2), np.array([1.0, 0.5])
    # END SOLUTION


def hidden():
    """x, W, b, output_diff for which the published code is right, thanks to W"""
    # BEGIN SOLUTION
    W = np.array([[1.0, 2.0], [2.0, 4.0]])
    return np.array([1.0, -1.0]), W, np.zeros(2), np.array([1.0, 0.5])
    # END SOLUTION


# %%
exercises.check("published_bug")

# %% [markdown]
# **All sizes different.** Whoever tests with a matrix that is not square finds this mistake at once. The
# hidden tests of this course never use a square matrix alone; when you test, don't either.

# %% [markdown]
# ## Task 4: a loss
# *●●○○, about 8 minutes, 3 points*
#
# $$L = \tfrac12 \sum_i (y_i - t_i)^2$$
#
# for a prediction $y$ and a target $t$ of the same shape. The result is one number (an array of shape
# `()`), and often the last node of a graph, where the upstream gradient is $1$. Then one can forget it, and
# nothing happens. Until somebody writes `0.1 * loss + penalty`: now the loss stands in the middle of a
# graph, and what arrives is $0.1$. A loss is a block like any other, and multiplies by what it gets.
#
# By hand: $y = (1, 3)$, $t = (0, 5)$ give $L = \tfrac12 (1 + 4) = 2.5$. If $0.1$ arrives, $y$ receives
# $0.1 \cdot (1, -2) = (0.1, -0.2)$, and $t$, with the other sign, $(-0.1, 0.2)$.
#
# <details><summary>Hint: "ignores the upstream gradient"</summary>
#
# `y - t` is the local derivative. What flows on is *upstream times local*, also here.
# </details>
#
# <details><summary>Hint: "twice as large"</summary>
#
# The derivative of $u^2$ is $2u$, that of $\tfrac12 u^2$ is $u$.
# </details>
#
# <details><summary>Hint: "is 0 everywhere"</summary>
#
# The target may be data, but the block does not know that: it sends a gradient to both of its inputs. If
# $t_i$ grows, does the loss rise or fall?
# </details>

# %%
exercises.target("squared_loss")


# %% task="squared_loss"
class SquaredLoss(mg.Function):
    """L = ½ Σ (y − t)² for inputs [y, t] of one shape"""

    def forward(self, inputs):
        y, t = inputs
        # BEGIN SOLUTION
        return 0.5 * np.sum((y - t) ** 2)
        # END SOLUTION

    def backward(self, inputs, output, output_diff):
        y, t = inputs
        # BEGIN SOLUTION
        difference = output_diff * (y - t)
        return [difference, -difference]
        # END SOLUTION


# %%
exercises.check("squared_loss")

# %% [markdown]
# **No node is special.** Not even the last one.

# %% [markdown]
# ## Task 5: a network of your own blocks
# *●○○○, about 4 minutes, 1 point*
#
# No new code: the point is yours when the blocks work together, in a network with one hidden layer whose loss
# counts only a tenth:
#
# $$0.1 \cdot \text{loss}(W_2^\top\, \text{relu}(W_1^\top x + b_1) + b_2,\; t)$$

# %%
exercises.check("network")

# %% [markdown]
# Now watch it; every box with a name of yours is a block that you have written.
#
# <details><summary>Predict first: the hidden layer computes three negative numbers here. Which of the four
# parameters receive a gradient?</summary>
#
# Only $b_2$. All three units are off, so nothing passes the ReLU, and $W_1$ and $b_1$ receive zeros. And
# $W_2$, whose gradient is $h_i \bar z_j$, receives zeros as well, because all $h_i$ are 0.
# </details>

# %%
exercises.target("network", Dense, ReLU, SquaredLoss)
