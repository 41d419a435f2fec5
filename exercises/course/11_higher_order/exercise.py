# %% [markdown]
# # Exercise 11: derivatives of derivatives
#
# A backward pass is a computation like any other: products and sums of arrays. So it can be recorded, and
# differentiated again. With that one gets curvature: how a gradient *changes*. The full matrix of second
# derivatives, the **Hessian**, of a network with a million weights would have $10^{12}$ entries. Its
# product with a vector costs two backward passes.
#
# **When you are done** you can differentiate through a gradient, you compute Hessian-vector products
# without any Hessian, and you have found the direction in which a function bends most.
#
# | task | difficulty | time | points |
# |---|---|---|---|
# | 1 twice | ●●○○ | 8 min | 3 |
# | 2 again and again | ●●○○ | 7 min | 2 |
# | 3 the Hessian times a vector | ●●●○ | 10 min | 4 |
# | 4 a penalty on the gradient | ●●●○ | 8 min | 3 |
# | 5 the sharpest direction | ●●○○ | 7 min | 2 |
#
# The lecture notebook [05 · DAG networks and
# autograd](../../notebooks/05_dag_networks_and_autograd.ipynb), section 4, has the first gradient of a
# gradient; here we go on.

# %% [markdown]
# ## The tool
#
# This time you *use* the engine. All you need are these four lines:
#
# ```python
# x = mg.tensor([1.0, 2.0, 3.0], requires_grad=True)
# y = np.sum(x**2)
# (g,) = mg.grad(y, x, create_graph=True)   # a tuple, with one gradient per input
# g.numpy()                                 # the plain array: [2. 4. 6.]
# ```
#
# Without `create_graph=True` the gradient is just numbers; with it, `g` is a Tensor that remembers how the
# backward pass has computed it. (`mg.func.hvp` and `mg.func.hessian` would do this exercise for you. They
# refuse to work when it is graded.)
#
# In all tasks, `x` and `v` are plain arrays, and `f` is a function of one Tensor that returns a single
# number, as a Tensor. Return plain arrays or numbers.

# %%
import numpy as np

import exercises
import minigrad as mg

# %% [markdown]
# ## Task 1: twice
# *●●○○, about 8 minutes, 3 points*
#
# $$g = \frac{\partial}{\partial x} \sum_i x_i^2 \qquad s = e^{g_0} - e^{g_2} \qquad
# \text{wanted:}\quad \frac{\partial s}{\partial x}$$
#
# By hand: $g = 2x$, so $s = e^{2x_0} - e^{2x_2}$, and its gradient is $(2e^{2x_0}, 0, -2e^{2x_2})$; at
# $x = (1, 2, 3)$ that is $(14.7781, 0, -806.8576)$. Let the engine find that out: take the gradient,
# compute $s$ *from it*, and take the gradient of $s$.
#
# `x` may have more than three entries.
#
# The picture is the graph of $s$. The backward pass of the first gradient is part of it.
#
# <details><summary>Hint: "was not computed from anything that wants a gradient"</summary>
#
# Your `g` is a number without a past. Ask for it with `create_graph=True`.
# </details>
#
# <details><summary>Hint: "a Tensor, where an array is needed"</summary>
#
# `g.numpy()` is the plain array.
# </details>
#
# <details><summary>Hint: "a tuple, where an array is needed"</summary>
#
# `mg.grad` returns one gradient per input, in a tuple. Unpack it: `(g,) = mg.grad(…)`. ("tuple index out of
# range" says the same of the first gradient.)
# </details>

# %%
exercises.target("twice")


# %% task="twice"
def twice(x):
    """The gradient of s = exp(g[0]) - exp(g[2]), where g is the gradient of the sum of squares."""
    # BEGIN SOLUTION
    x = mg.tensor(x, requires_grad=True)
    (g,) = mg.grad(np.sum(x**2), x, create_graph=True)
    s = np.exp(g[0]) - np.exp(g[2])
    (gradient,) = mg.grad(s, x)
    return gradient.numpy()
    # END SOLUTION


# %%
exercises.check("twice")

# %% [markdown]
# **A gradient is a value like any other.** You can compute with it, and ask where it came from.

# %% [markdown]
# ## Task 2: again and again
# *●●○○, about 7 minutes, 2 points*
#
# For a function of a single number, return the list $f(x), f'(x), f''(x), \dots, f^{(n)}(x)$: $n + 1$
# numbers, plain ones (`y.item()` is that of a Tensor `y`). Each one is the gradient of the one before.
#
# By hand: $x^4$ at $2$ gives $16,\; 32,\; 48,\; 48,\; 24$.
#
# <details><summary>Predict first: what are the first four of 1/x at x = 1?</summary>
#
# $1,\; -1,\; 2,\; -6$: the $n$-th is $(-1)^n\, n!$.
# </details>
#
# <details><summary>Hint: "not the last derivative"</summary>
#
# In every round, differentiate what the last round has given.
# </details>


# %% task="derivatives"
def derivatives(f, x, n):
    """f and its first n derivatives at the number x: a list of n + 1 numbers."""
    # BEGIN SOLUTION
    x = mg.tensor(x, requires_grad=True)
    last = f(x)
    found = [last.item()]
    for _ in range(n):
        (last,) = mg.grad(last, x, create_graph=True)
        found.append(last.item())
    return found
    # END SOLUTION


# %%
exercises.check("derivatives")

# %% [markdown]
# **One rule per function is enough.** Nobody wrote down a second derivative: the rules are made of
# functions that have rules.

# %% [markdown]
# ## Task 3: the Hessian times a vector
# *●●●○, about 10 minutes, 4 points*
#
# The Hessian $H_{ij} = \partial^2 f / \partial x_i\, \partial x_j$ is the Jacobian of the gradient. For a
# fixed vector $v$:
#
# $$H v = \frac{\partial}{\partial x}\, \big( \nabla f(x) \cdot v \big)$$
#
# because $v$ does not depend on $x$: the gradient of $\sum_i g_i v_i$ is
# $\sum_i v_i\, \partial g_i / \partial x$. So: one gradient, one dot product, one more gradient. No matrix
# anywhere.
#
# By hand: $f = \sum x_i^3$ has $g = 3x^2$ and a Hessian with $6x_i$ on its diagonal. At $x = (1, 2)$ with
# $v = (1, -1)$: $Hv = (6, -12)$.
#
# `x` may have any shape; `v` and the result have the same.
#
# <details><summary>Hint: "hvp forgets v"</summary>
#
# The gradient of $\sum_i g_i$ is $H$ times a vector of ones. Where does $v$ come in?
# </details>
#
# <details><summary>Hint: "multiplies by v after the second derivative"</summary>
#
# $v$ must be inside: multiply the *first* gradient by it, then differentiate.
# </details>
#
# <details><summary>Hint: "is it a difference quotient?"</summary>
#
# $(\nabla f(x + hv) - \nabla f(x))/h$ is nearly $Hv$, with about half of the digits. Differentiating is
# exact.
# </details>

# %%
exercises.target("hvp")


# %% task="hvp"
def hvp(f, x, v):
    """The Hessian of f at x, times v."""
    # BEGIN SOLUTION
    x = mg.tensor(x, requires_grad=True)
    (g,) = mg.grad(f(x), x, create_graph=True)
    (product,) = mg.grad(np.sum(g * v), x)
    return product.numpy()
    # END SOLUTION


# %%
exercises.check("hvp")

# %% [markdown]
# **Two backward passes, whatever the size.** Pearlmutter published this in 1994; methods that use curvature
# on large networks rest on it.

# %% [markdown]
# ## Task 4: a penalty on the gradient
# *●●●○, about 8 minutes, 3 points*
#
# Sometimes one wants a function to be *flat* where it is low, or a critic network not to be too steep. Then
# the gradient itself becomes part of the loss:
#
# $$P(x) = f(x) + \tfrac{\lambda}{2}\, \lVert \nabla f(x) \rVert^2$$
#
# Return $\nabla P$. By hand, for $f = x^2$: $P = x^2 + \tfrac{\lambda}{2} (2x)^2$, so
# $P' = 2x + 4\lambda x$; at $x = 3$ with $\lambda = 0.25$ it is $9$.
#
# <details><summary>Hint: "the penalty is missing, or was taken for a constant"</summary>
#
# If $\nabla f$ is a plain array, the penalty does not depend on $x$ any more, and its gradient is 0.
# </details>
#
# <details><summary>Hint: "is not squared"</summary>
#
# $\lVert g \rVert^2 = \sum g_i^2$; `np.linalg.norm(g)` is its root.
# </details>


# %% task="penalty_gradient"
def penalty_gradient(f, x, weight):
    """The gradient of f(x) + weight/2 · ‖∇f(x)‖²."""
    # BEGIN SOLUTION
    x = mg.tensor(x, requires_grad=True)
    y = f(x)
    (g,) = mg.grad(y, x, create_graph=True)
    (gradient,) = mg.grad(y + 0.5 * weight * np.sum(g * g), x)
    return gradient.numpy()
    # END SOLUTION


# %%
exercises.check("penalty_gradient")

# %% [markdown]
# **Double backward.** $\nabla P = \nabla f + \lambda H \nabla f$: a Hessian-vector product came out of it,
# all by itself.

# %% [markdown]
# ## Task 5: the sharpest direction
# *●●○○, about 7 minutes, 2 points*
#
# In which direction does $f$ bend most? In that of the Hessian's eigenvector with the largest eigenvalue
# (by size). The **power iteration** finds it with products alone. Begin with $v / \lVert v \rVert$, and
# repeat `steps` times:
#
# $$v \leftarrow \frac{H v}{\lVert H v \rVert}$$
#
# Return the curvature in the last direction, $v \cdot H v$. It is negative where the function bends
# downwards. As in task 3, `x` and `v` may have any shape, so a dot product is `np.sum(v * w)`, and
# $\lVert w \rVert$ is the root of `np.sum(w * w)`.
#
# By hand: with $H = \begin{pmatrix} 2 & 0 \\ 0 & 1 \end{pmatrix}$ and $v = (1, 1)/\sqrt 2$, one step gives
# $v = (2, 1)/\sqrt 5$, with the curvature $(2 \cdot 4 + 1)/5 = 1.8$; the next one comes to $33/17 = 1.94$,
# on the way to $2$.
#
# <details><summary>Hint: "one step too few"</summary>
#
# After the last step there is one more product, for $v \cdot Hv$.
# </details>
#
# <details><summary>Hint: "loses the sign"</summary>
#
# $\lVert Hv \rVert$ is never negative; $v \cdot Hv$ can be.
# </details>


# %% task="sharpest"
def sharpest(f, x, v, steps):
    """The curvature v · H v of f at x, after so many steps of the power iteration from v."""
    # BEGIN SOLUTION
    v = v / np.sqrt(np.sum(v * v))
    for _ in range(steps):
        v = hvp(f, x, v)
        v = v / np.sqrt(np.sum(v * v))
    return np.sum(v * hvp(f, x, v))
    # END SOLUTION


# %%
exercises.check("sharpest")

# %% [markdown]
# **Why it matters.** Near a minimum, gradient descent diverges if its learning rate is larger than 2 divided
# by this number. Now you can measure it, for a network of any size.
