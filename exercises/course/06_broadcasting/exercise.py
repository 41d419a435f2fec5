# %% [markdown]
# # Exercise 06: broadcasting and matrix products
#
# `x + b` works in NumPy although `x` is a batch of 64 rows and `b` is a single one: NumPy acts as if `b`
# stood there 64 times. That is **broadcasting**. On the way back, 64 gradients arrive for one `b`. And the
# work of a network is nearly all matrix products, whose gradients are matrix products again. After this
# exercise you can write both without looking anything up, because the shapes tell you.
#
# **When you are done** you can undo any broadcast in three lines, and derive the gradient of a matrix
# product from its shapes alone.
#
# | task | difficulty | time | points |
# |---|---|---|---|
# | 1 undo a broadcast | ●●●○ | 12 min | 4 |
# | 2 multiply, with broadcasting | ●○○○ | 4 min | 2 |
# | 3 a matrix product | ●●○○ | 8 min | 3 |
# | 4 a layer and its batch | ●●○○ | 7 min | 3 |
# | 5 stacks of matrices | ●●●● | 8 min | 2 |
#
# The lecture notebook [04 · Messages](../../notebooks/04_messages_and_vjps.ipynb), sections 4 and 5, shows
# what a copy and a matrix product do to gradients.

# %% [markdown]
# From here on, a backward pass is a plain function: `f_backward(g, x, y)` gets the upstream gradient `g`,
# of the shape of the output, and the inputs; it returns a list with one gradient per input, **each of the
# shape of its input**. All are NumPy arrays, and none of them may be changed.

# %%
import numpy as np

import exercises

# %% [markdown]
# ## Task 1: undo a broadcast
# *●●●○, about 12 minutes, 4 points*
#
# NumPy compares shapes from the right. Where one array has length 1, or no axis at all, it is repeated:
#
# | shape | against | what NumPy does |
# |---|---|---|
# | `(3,)` | `(2, 3)` | adds an axis in front and repeats along it |
# | `(2, 1)` | `(2, 3)` | repeats along the last axis |
# | `()` | `(2, 3)` | repeats along both |
#
# A value that was repeated has been *used several times*, so its gradients **add up**.
# `unbroadcast(g, shape)` takes a gradient `g` of the large shape and returns the one for the array of the
# small `shape`.
#
# By hand, for $g = \begin{pmatrix} 1 & 2 & 3 \\ 4 & 5 & 6 \end{pmatrix}$:
#
# | `shape` | result |
# |---|---|
# | `(3,)` | $(5, 7, 9)$ |
# | `(2, 1)` | $\begin{pmatrix} 6 \\ 15 \end{pmatrix}$ |
# | `()` | $21$ |
# | `(2, 3)` | $g$ itself |
#
# In the picture this $g$ arrives at a row plus a column.
#
# <details><summary>Predict first: and for shape (1, 3)?</summary>
#
# $\begin{pmatrix} 5 & 7 & 9 \end{pmatrix}$: the same numbers as for `(3,)`, but with two axes.
# </details>
#
# <details><summary>Hint: "leaves the axes that were added in front"</summary>
#
# `g.ndim - len(shape)` axes are too many. Sum over axis 0 as often.
# </details>
#
# <details><summary>Hint: "loses an axis of length 1"</summary>
#
# `g.sum(axis=k)` removes the axis; `g.sum(axis=k, keepdims=True)` leaves it, with length 1.
# </details>
#
# <details><summary>Hint: "averages"</summary>
#
# Each repetition has sent its own message. All of them count, and fully.
# </details>
#
# <details><summary>Hint: "returns g as it came"</summary>
#
# An axis of `g` must be summed if it is missing in `shape`, or if `shape` has a 1 there.
# </details>

# %%
exercises.target("unbroadcast")


# %% task="unbroadcast"
def unbroadcast(g, shape):
    """The gradient g, summed over the axes along which an array of that shape was repeated."""
    # BEGIN SOLUTION
    while g.ndim > len(shape):
        g = g.sum(axis=0)
    for axis, length in enumerate(shape):
        if length == 1:
            g = g.sum(axis=axis, keepdims=True)
    return g
    # END SOLUTION


# %%
exercises.check("unbroadcast")

# %% [markdown]
# **Copy forward, sum backward.** And the other way round: the gradient of a sum is a copy.

# %% [markdown]
# ## Task 2: multiply, with broadcasting
# *●○○○, about 4 minutes, 2 points*
#
# $z = x \cdot y$, entry by entry, for any two shapes that NumPy can broadcast against each other. Compute
# the messages as in exercise 02; then undo the broadcast of each.
#
# By hand: $x = (1, 2)$ and $y = 10$ (shape `()`) with $g = (1, 1)$: $x$ receives $(10, 10)$, and $y$
# receives $1 + 2 = 3$.
#
# <details><summary>Hint: "has the wrong shape"</summary>
#
# `g * y` has the shape of the output. Which shape should it have?
# </details>


# %% task="multiply"
def multiply_backward(g, x, y):
    """The gradients of x and y for z = x * y, with broadcasting."""
    # BEGIN SOLUTION
    return [unbroadcast(g * y, x.shape), unbroadcast(g * x, y.shape)]
    # END SOLUTION


# %%
exercises.check("multiply")

# %% [markdown]
# **One step for all.** Undoing the broadcast is the same for add, multiply, max and every other function
# that works entry by entry. That is why an engine does it in one place.

# %% [markdown]
# ## Task 3: a matrix product
# *●●○○, about 8 minutes, 3 points*
#
# $$C = A\,B \qquad\text{that is}\qquad C_{ij} = \sum_k A_{ik}\, B_{kj}$$
#
# with the shapes $(n, m) \cdot (m, p) = (n, p)$; the upstream gradient $G$ has shape $(n, p)$ too. $A_{ik}$
# occurs in the whole row $i$ of $C$, each time with the factor $B_{kj}$, so
#
# $$\bar A_{ik} = \sum_j G_{ij}\, B_{kj}$$
#
# Which matrix product is that? Write the shapes down: $\bar A$ must be $(n, m)$, and it is made of
# $G\;(n, p)$ and $B\;(m, p)$ **transposed or not**. There is only one way to put them together. Then the
# same for $\bar B$.
#
# By hand: $A = (1 \;\; 2)$, $B = \begin{pmatrix} 3 \\ 4 \end{pmatrix}$, $G = (1)$: $\bar A = (3 \;\; 4)$ and
# $\bar B = \begin{pmatrix} 1 \\ 2 \end{pmatrix}$. In the picture all sizes differ, and ones arrive.
#
# <details><summary>Hint: "matmul: Input operand 1 has a mismatch in its core dimension"</summary>
#
# The inner sizes must agree: $(n, p)\,(p, m)$ works, $(n, p)\,(m, p)$ does not. Which one has to be turned?
# </details>
#
# <details><summary>Hint: "has its factors in the wrong order"</summary>
#
# With square matrices every order runs, and only one is right. Put in three different sizes.
# </details>

# %%
exercises.target("matmul")


# %% task="matmul"
def matmul_backward(g, a, b):
    """The gradients of the matrices a and b for c = a @ b."""
    # BEGIN SOLUTION
    return [g @ b.T, a.T @ g]
    # END SOLUTION


# %%
exercises.check("matmul")

# %% [markdown]
# **Let the shapes decide.** $\bar A = G B^\top$, $\bar B = A^\top G$: two more products, so a backward pass
# costs about twice a forward pass.

# %% [markdown]
# ## Task 4: a layer and its batch
# *●●○○, about 7 minutes, 3 points*
#
# $$Z = X W + b$$
#
# with a row per example: $X$ is $(N, n)$, $W$ is $(n, m)$, $b$ is $(m,)$ and is added to each row. You have
# both parts already.
#
# In exercise 03 there was one example at a time, and its gradient of $W$ was an outer product. Where has
# the sum over the batch gone? It is in $X^\top G$: the inner size of this product is $N$.
#
# <details><summary>Hint: "the gradient of b has a row per example"</summary>
#
# $b$ was repeated for each row. Task 1.
# </details>
#
# <details><summary>Hint: "averaged over the batch"</summary>
#
# If the loss is a mean, its own gradient contains the $1/N$. The layer does not know about that.
# </details>


# %% task="layer"
def layer_backward(g, x, W, b):
    """The gradients of x, W and b for z = x @ W + b, where x has a row per example."""
    # BEGIN SOLUTION
    to_x, to_W = matmul_backward(g, x, W)
    return [to_x, to_W, unbroadcast(g, b.shape)]
    # END SOLUTION


# %%
exercises.check("layer")

# %% [markdown]
# **The batch is summed by the product itself.** No loop over examples, neither forward nor backward.

# %% [markdown]
# ## Task 5: stacks of matrices
# *●●●●, about 8 minutes, 2 points*
#
# For arrays with more than two axes, `@` multiplies the last two as matrices, and *broadcasts the axes
# before them*: $(5, 2, 3)$ times $(3, 4)$ are five products with the same right matrix. Attention layers
# live on that.
#
# Two things change: `.T` would turn around *all* axes, where only the last two should change places
# (`np.swapaxes(b, -1, -2)`); and the axes in front may have been broadcast.
#
# <details><summary>Hint: "is the broadcast of the axes in front undone?"</summary>
#
# The message for a matrix that was used five times has five parts. You have a function for that.
# </details>


# %% task="stack"
def stack_backward(g, a, b):
    """The gradients of a and b for c = a @ b, where both have two or more axes."""
    # BEGIN SOLUTION
    to_a = g @ np.swapaxes(b, -1, -2)
    to_b = np.swapaxes(a, -1, -2) @ g
    return [unbroadcast(to_a, a.shape), unbroadcast(to_b, b.shape)]
    # END SOLUTION


# %%
exercises.check("stack")

# %% [markdown]
# **Two ideas, any number of axes.** You have written the backward pass of nearly all the arithmetic in a
# modern network.
