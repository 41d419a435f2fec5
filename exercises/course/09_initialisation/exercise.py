# %% [markdown]
# # Exercise 09: initialisation and dropout
#
# A deep network is a long product, and its gradient is a long product too. Whether there is anything to learn
# from that gradient is decided before the first step, by the size of the first weights. You derive the
# gradient of the plainest deep network there is (the formula in print is wrong in three places), draw weights
# of the right size, and write the noise that keeps a network honest: dropout.
#
# **When you are done** you can write the gradient of any chain of matrices, you can derive how large weights
# should be, and you have written a node that *must* remember something between forward and backward.
#
# | task | difficulty | time | points |
# |---|---|---|---|
# | 1 a deep linear network, forward | ●○○○ | 4 min | 1 |
# | 2 its gradient, and the published bug | ●●●○ | 13 min | 4 |
# | 3 Xavier and He | ●●○○ | 10 min | 4 |
# | 4 dropout | ●●●○ | 13 min | 5 |
#
# Lectures: [08 · Initialisation](../../notebooks/08_initialisation.ipynb), sections 2 and 6, and
# [09 · Generalization](../../notebooks/09_generalization.ipynb), section 7.

# %% [markdown]
# House rules: all values are plain NumPy arrays, and nothing that you are given may be changed in place.
# After each task, run its check, as often as you like.

# %%
import numpy as np

import exercises
import minigrad as mg
from visuals import plots

# %% [markdown]
# ## Task 1: a deep linear network, forward
# *●○○○, about 4 minutes, 1 point*
#
# $$h_0 = x, \qquad h_k = W_k\, h_{k-1}, \qquad f(x) = h_L = W_L \cdots W_2 W_1\, x$$
#
# By hand, with two layers:
#
# $$W_1 = \begin{pmatrix} 1 & 2 \\ 0 & 1 \end{pmatrix}, \quad
# W_2 = \begin{pmatrix} 2 & 0 \\ 1 & 1 \end{pmatrix}, \quad x = \begin{pmatrix} 1 \\ 2 \end{pmatrix}: \qquad
# h_1 = \begin{pmatrix} 5 \\ 2 \end{pmatrix}, \quad f = \begin{pmatrix} 10 \\ 7 \end{pmatrix}$$
#
# `weights` is the list $[W_1, \dots, W_L]$, **lowest layer first**; matrices may have any shapes that fit
# together. Return the list of *all* activations, from $h_0$ to $h_L$: the gradient will need them.
#
# <details><summary>Hint: "each layer starts from x again, not from the one below"</summary>
#
# Multiply with the last activation that you have, `h[-1]`, not with `x`.
# </details>


# %% task="activations"
def activations(weights, x):
    """[h_0, h_1, …, h_L] for the weights [W_1, …, W_L]; x: (n,)."""
    # BEGIN SOLUTION
    h = [x]
    for W in weights:
        h.append(W @ h[-1])
    return h
    # END SOLUTION


# %%
exercises.check("activations")

# %% [markdown]
# **Nothing but products.** The network computes what one matrix could; but it *learns* like a deep one.

# %% [markdown]
# ## Task 2: its gradient, and the published bug
# *●●●○, about 13 minutes, 4 points*
#
# With the loss $L = \tfrac12 \lVert f(x) - y \rVert^2$, the upstream gradient that arrives at $f$ is
# $\bar f = f(x) - y$. A set of lecture notes prints the gradient of $W_r$ like this:
#
# $$\frac{\partial L}{\partial W_r} = -(f(x) - y)\, W_L^\top W_{L-1}^\top \cdots W_2 W_1
# \qquad (\text{without } W_r; \text{ as printed, and wrong})$$
#
# Derive the right one. All you need is one layer: for $z = W h$ with the upstream gradient $\bar z$,
#
# $$\bar W = \bar z\, h^\top \qquad\qquad \bar h = W^\top \bar z.$$
#
# Start at the top with $\bar f$. The top matrix gets its gradient; what is sent below becomes the upstream
# gradient of the next matrix; and so on down.
#
# By hand, with the example of task 1 and $\bar f = (1, -1)$:
#
# $$\bar W_2 = \bar f\, h_1^\top = \begin{pmatrix} 5 & 2 \\ -5 & -2 \end{pmatrix}, \qquad
# \bar h_1 = W_2^\top \bar f = \begin{pmatrix} 1 \\ -1 \end{pmatrix}, \qquad
# \bar W_1 = \bar h_1\, x^\top = \begin{pmatrix} 1 & 2 \\ -1 & -2 \end{pmatrix}$$
#
# The stepper shows this example.
#
# <details><summary>Predict first: three things are wrong. Which of them does a gradient check find for plain
# numbers, f = w₃w₂w₁x, at x = 1?</summary>
#
# Only the sign. Numbers commute, so the order cannot be wrong; and $x = 1$ hides that $x$ is missing. Check
# at points that are not special, with matrices that are not square.
# </details>
#
# <details><summary>Hint: "the gradients have the wrong sign"</summary>
#
# `output_diff` is the upstream gradient already. If the minus of the printed formula is still there: who
# needs it?
# </details>
#
# <details><summary>Hint: "the transposed factors are in the wrong order"</summary>
#
# $(W_3 W_2)^\top = W_2^\top W_3^\top$. The message meets $W_L$ first, so $W_L^\top$ stands next to $\bar f$.
# </details>
#
# <details><summary>Hint: "the gradients are in the wrong order, last layer first"</summary>
#
# You collect them from the top down; the list begins with $W_1$. Reverse it at the end.
# </details>
#
# <details><summary>Hint: "x stands where the layer's own input belongs"</summary>
#
# $W_r$ was multiplied with $h_{r-1}$, not with $x$. Only for the lowest layer that is the same.
# </details>

# %%
exercises.target("deep_linear")


# %% task="deep_linear"
def deep_linear_backward(weights, x, output_diff):
    """The gradients of [W_1, …, W_L], given the gradient of f(x); each of its matrix's shape."""
    # BEGIN SOLUTION
    h = activations(weights, x)
    gradients = []
    g = output_diff
    for W, below in zip(weights[::-1], h[-2::-1], strict=True):
        gradients.append(np.outer(g, below))
        g = W.T @ g
    return gradients[::-1]
    # END SOLUTION


# %%
exercises.check("deep_linear")

# %% [markdown]
# **Upstream times input.** Sign, order and $x$: a formula in print is a hypothesis, and a gradient check at a
# point that is not special decides.

# %% [markdown]
# ## Task 3: Xavier and He
# *●●○○, about 10 minutes, 4 points*
#
# A layer $z = W h$ adds up $n_\text{in}$ independent terms, so variances add up:
# $\operatorname{Var} z = n_\text{in}\, \sigma^2\, \overline{h^2}$. On the way back, each $\bar h_j$ adds up
# $n_\text{out}$ terms. To keep both at the size they have, one would need $\sigma^2 = 1/n_\text{in}$ *and*
# $\sigma^2 = 1/n_\text{out}$.
#
# $$\text{Xavier takes the middle: } \sigma^2 = \frac{2}{n_\text{in} + n_\text{out}} \qquad
# \text{He allows for ReLU, which lets half through: } \sigma^2 = \frac{2}{n_\text{in}}$$
#
# Check by hand: for $n_\text{in} = 800$ and $n_\text{out} = 450$, Xavier's weights have $\sigma^2 = 0.0016$ and
# $\sigma = 0.04$; He's have $\sigma^2 = 0.0025$ and $\sigma = 0.05$.
#
# Draw a matrix for $z = W h$, so its shape is `(n_out, n_in)`. The mean is 0; normal or uniform is up to you,
# as long as the variance is right. Begin with `rng = np.random.default_rng(seed)`, so that a run can be
# repeated.
#
# <details><summary>Predict first: and if all weights had the same value, of just the right size?</summary>
#
# Then all units of a layer compute the same, receive the same message, make the same step, and stay the same
# for ever.
# </details>
#
# <details><summary>Hint: "σ² stands where the standard deviation σ belongs"</summary>
#
# `rng.normal(0, scale)` wants the standard deviation: the root of the variance.
# </details>
#
# <details><summary>Hint: "a uniform draw from −σ to σ has only a third of the variance"</summary>
#
# A uniform draw from $[-a, a]$ has the variance $a^2/3$. So $a = \sqrt 3\, \sigma$.
# </details>


# %% task="xavier"
def xavier(n_in, n_out, seed):
    """A matrix (n_out, n_in) of independent weights with mean 0 and variance 2 / (n_in + n_out)."""
    # BEGIN SOLUTION
    rng = np.random.default_rng(seed)
    return rng.normal(0.0, np.sqrt(2 / (n_in + n_out)), (n_out, n_in))
    # END SOLUTION


# %%
exercises.check("xavier")


# %% task="he"
def he(n_in, n_out, seed):
    """A matrix (n_out, n_in) of independent weights with mean 0 and variance 2 / n_in."""
    # BEGIN SOLUTION
    rng = np.random.default_rng(seed)
    return rng.normal(0.0, np.sqrt(2 / n_in), (n_out, n_in))
    # END SOLUTION


# %%
exercises.check("he")

# %% [markdown]
# **Keep the size.** Now look at what it does: 30 layers with ReLU, and the size of the activations in each.
#
# <details><summary>Predict first: by which factor do Xavier's activations shrink per layer, if all layers have
# the same width?</summary>
#
# Xavier's variance is then half of He's, so the *amplitude* falls by $\sqrt 2$ per layer: $2^{-15}$, that is
# 0.00003, after 30.
# </details>


# %%
def sizes(draw):
    h, by_layer = np.random.default_rng(0).normal(size=100), {}
    for layer in range(30):
        h = np.maximum(0, draw(100, 100, layer) @ h)
        by_layer[f"{layer + 1}"] = np.sqrt(np.mean(h**2))
    return by_layer


plots.norms_by_depth({"Xavier": sizes(xavier), "He": sizes(he)}, what="activation")

# %% [markdown]
# ## Task 4: dropout
# *●●●○, about 13 minutes, 5 points*
#
# In each training pass, every entry is set to 0 with probability $p$, and the others are divided by $1 - p$,
# so that the mean of what the next layer receives stays as it was:
#
# $$z = m \cdot \frac{x}{1 - p} \qquad
# m = \begin{cases} 0 & \text{with probability } p \\ 1 & \text{otherwise} \end{cases} \qquad\qquad
# \bar x = m \cdot \frac{\bar z}{1 - p}$$
#
# By hand: $x = (1, 2, 3, 4)$, $p = 0.5$ and the mask $m = (1, 0, 0, 1)$ give $z = (2, 0, 0, 8)$; and the
# upstream gradient $(1, 1, 1, 1)$ sends back $(2, 0, 0, 2)$.
#
# - A **new mask in each forward pass**, from `self.rng`, one random number for each entry of `x`.
# - **The same mask on the way back**: a unit that said nothing learns nothing. So this node, unlike all others,
#   has to keep something: store the mask in `self.mask`.
# - With `self.training` switched off, dropout does nothing: $z = x$ and $\bar x = \bar z$.
#
# (Some texts, and the lecture notes of task 2 are among them, call $p$ the probability to *keep*. Copy a 0.8
# from there, and you drop four of five.)
#
# <details><summary>Hint: "p is taken for the probability to keep"</summary>
#
# `rng.random(shape) < p` is true with probability $p$: these are the ones to *drop*.
# </details>
#
# <details><summary>Hint: "a new mask is drawn on the way back"</summary>
#
# `backward` must not draw. Take the mask that `forward` has stored.
# </details>
#
# <details><summary>Hint: "the mask of the last training pass is still in use"</summary>
#
# `backward` has to look at `self.training` too, or `forward` has to store a mask of ones.
# </details>

# %%
exercises.target("dropout")


# %% task="dropout"
class Dropout(mg.Function):
    """Sets entries to 0 with probability p, and scales the others by 1 / (1 - p); nothing if not training."""

    def __init__(self, p, seed):
        self.p = p
        self.rng = np.random.default_rng(seed)
        self.training = True

    def forward(self, inputs):
        (x,) = inputs
        # BEGIN SOLUTION
        self.mask = np.ones(x.shape)
        if self.training:
            self.mask = (self.rng.random(x.shape) >= self.p) / (1 - self.p)
        return x * self.mask
        # END SOLUTION

    def backward(self, inputs, output, output_diff):
        (x,) = inputs
        # BEGIN SOLUTION
        return [output_diff * self.mask]
        # END SOLUTION


# %%
exercises.check("dropout")

# %% [markdown]
# **Forward and backward, one mask.** Look at a dozen passes of your node over twenty units:

# %%
node = Dropout(0.4, seed=0)
plots.dropout_masks(np.array([node.forward([np.ones(20)]) for _ in range(12)]))
