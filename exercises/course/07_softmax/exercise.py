# %% [markdown]
# # Exercise 07: softmax and cross-entropy
#
# A classifier ends in a row of **scores**, one per class. *Softmax* turns them into probabilities, and the
# *cross-entropy* says how surprised we are by the right answer. On paper that is two lines. As a program, the
# two lines give `nan` as soon as a score is large; and their gradient, done in two steps, is a mess that
# collapses into $p - y$ when done in one.
#
# **When you are done** you can write both so that no score is too large, you know why frameworks offer them
# as *one* function, and you can say what the gradient of a classifier *means* without computing it.
#
# | task | difficulty | time | points |
# |---|---|---|---|
# | 1 log-sum-exp | ●●○○ | 7 min | 2 |
# | 2 softmax | ●●○○ | 6 min | 2 |
# | 3 one-hot | ●○○○ | 4 min | 1 |
# | 4 the loss | ●●●○ | 8 min | 3 |
# | 5 its gradient | ●●●○ | 10 min | 4 |
#
# The lecture notebook [06 · From a linear classifier to an MLP](../../notebooks/06_linear_to_mlp.ipynb),
# section 1, takes the loss of one image apart, node by node; look there when a step is too fast here.

# %% [markdown]
# ## The example to keep at hand
#
# Three classes, one example, and the scores $s = (2, 1, 0)$. The right class is number 1 (counting from 0).
#
# | | class 0 | class 1 | class 2 | sum |
# |---|---|---|---|---|
# | score $s_j$ | 2 | 1 | 0 | |
# | $e^{s_j}$ | 7.389 | 2.718 | 1 | 11.107 |
# | probability $p_j$ | 0.6652 | 0.2447 | 0.0900 | 1 |
#
# The log-sum-exp is $\log 11.107 = 2.4076$, and the loss is $-\log 0.2447 = 1.4076$. The difference of these
# two is exactly the score of the right class. That is no accident, and you will need it.
#
# House rules: all values are plain NumPy arrays; `scores` has one row per example, shape `(n, k)`; nothing
# that you are given may be changed in place. The engine's own `softmax` and `cross_entropy` are what you are
# writing, so do not call them.

# %%
import numpy as np

import exercises
import minigrad as mg
from exercises import stepping

# %% [markdown]
# ## Task 1: log-sum-exp
# *●●○○, about 7 minutes, 2 points*
#
# $$\operatorname{lse}(s) = \log \sum_j e^{s_j} \qquad \text{for each row}$$
#
# It is a smooth version of the maximum: between $\max_j s_j$ and $\max_j s_j + \log k$. So for
# $s = (1000, 999)$ the answer must be a little above 1000. But `np.exp(1000)` is `inf`: the largest number a
# float64 can hold is near $e^{709}$.
#
# The way out is a rule about exponentials. For *any* number $m$,
#
# $$\log \sum_j e^{s_j} = m + \log \sum_j e^{s_j - m}.$$
#
# Choose $m$, one for each row, so that no exponent is positive and at least one is 0. Then nothing can
# overflow, and the sum is at least 1, so the logarithm is safe too.
#
# <details><summary>Hint: "inf or nan, where a finite number belongs"</summary>
#
# Somewhere an `exp` of something large is left. If it happens only for *some* rows: did you subtract the
# largest score of all rows? Then a row of small scores becomes `exp(-2000)`, which is 0, and its log is
# `-inf`.
# </details>
#
# <details><summary>Hint: "operands could not be broadcast together"</summary>
#
# `scores.max(axis=1)` has the shape `(n,)`, and NumPy aligns shapes from the right. With `keepdims=True` it
# is `(n, 1)`, which fits every column.
# </details>

# %%
exercises.target("log_sum_exp")


# %% task="log_sum_exp"
def log_sum_exp(scores):
    """log Σⱼ exp(sⱼ) of each row. scores: (n, k); result: (n,)."""
    # BEGIN SOLUTION
    top = scores.max(axis=1, keepdims=True)
    return top[:, 0] + np.log(np.exp(scores - top).sum(axis=1))
    # END SOLUTION


# %%
exercises.check("log_sum_exp")

# %% [markdown]
# **A soft maximum.** Subtract the largest score before `exp`, add it again after `log`, and nothing
# overflows.

# %% [markdown]
# ## Task 2: softmax
# *●●○○, about 6 minutes, 2 points*
#
# $$p_j = \frac{e^{s_j}}{\sum_i e^{s_i}} \qquad \text{for each row}$$
#
# Adding the same number to all scores of a row changes nothing: it cancels. So the trick of task 1 is allowed
# here as well.
#
# <details><summary>Predict first: what is the softmax of (1000, 999, 998)? You have seen the answer.</summary>
#
# The same as for $(2, 1, 0)$: 0.6652, 0.2447, 0.0900. Only differences between scores count.
# </details>
#
# <details><summary>Hint: "the sum runs over the wrong axis"</summary>
#
# Each *row* should add up to 1, not each column. `axis=1` is the axis along which you walk through one row.
# </details>

# %%
exercises.target("softmax")


# %% task="softmax"
def softmax(scores):
    """The probabilities of each row. scores: (n, k); result: (n, k), each row with sum 1."""
    # BEGIN SOLUTION
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)
    # END SOLUTION


# %%
exercises.check("softmax")

# %% [markdown]
# **Only differences count.** Scores have no zero: adding the same number to all of them changes no
# probability.

# %% [markdown]
# ## Task 3: one-hot
# *●○○○, about 4 minutes, 1 point*
#
# The right answers come in one of two forms: as class numbers of shape `(n,)`, such as `[2, 0]`, or
# **one-hot**, shape `(n, k)`, with a 1 at the right class:
#
# $$[2, 0] \;\hat=\; \begin{pmatrix} 0 & 0 & 1 \\ 1 & 0 & 0 \end{pmatrix}$$
#
# Write a function that accepts both and returns the second, as floats.
#
# <details><summary>Hint: "IndexError"</summary>
#
# You have used one-hot rows as class numbers. Look at `target.ndim` first: 1 for class numbers, 2 for
# one-hot.
# </details>


# %% task="one_hot"
def one_hot(target, k):
    """target: class numbers (n,), or one-hot (n, k) already; result: (n, k), floats."""
    # BEGIN SOLUTION
    if target.ndim == 2:
        return target.astype(float)
    return np.eye(k)[target]
    # END SOLUTION


# %%
exercises.check("one_hot")

# %% [markdown]
# **A class is a distribution, too:** one that is sure.

# %% [markdown]
# ## Task 4: the loss
# *●●●○, about 8 minutes, 3 points*
#
# $$L = -\frac1n \sum_{i=1}^{n} \log p_{i, t_i}$$
#
# where $t_i$ is the right class of example $i$. The sum over examples is divided by their number, so that the
# loss (and the learning rate that goes with it) does not depend on the size of the batch.
#
# The trap is the logarithm. For the scores $(1000, 0)$ and the right class 1, the probability is $e^{-1000}$,
# which a computer rounds to 0; and $-\log 0 = \infty$, where the true loss is 1000. Adding a small number
# inside the log, which one often sees, turns the 1000 into 28 or so: no `inf`, and just as wrong. Instead,
# take the log on paper:
#
# $$-\log \frac{e^{s_t}}{\sum_j e^{s_j}} = \operatorname{lse}(s) - s_t$$
#
# Both parts you have.
#
# The class stands below task 5. Write its `forward` now, and leave the `...` in `backward`: each has a check
# of its own.
#
# Like every node, this one is an `mg.Function`. The answers are no input of it, because nobody wants a
# gradient for them, so they are handed over when the node is made: `CrossEntropy(target)(scores)`.
#
# <details><summary>Hint: "a sum over the examples, where a mean belongs"</summary>
#
# Your number grows with the size of the batch. Divide by `len(scores)`.
# </details>
#
# <details><summary>Hint: "a mean over all entries, where one over the examples belongs"</summary>
#
# `np.mean` of an array of shape `(n, k)` divides by $n \cdot k$. Sum over the classes first.
# </details>
#
# <details><summary>Hint: "a small number inside the log hides how wrong the answer is"</summary>
#
# Take out the `+ 1e-12`, and use $\operatorname{lse}(s) - s_t$, which needs no protection.
# </details>

# %% [markdown]
# ## Task 5: its gradient
# *●●●○, about 10 minutes, 4 points*
#
# Now backward, in the same class. Take one example, and differentiate $\operatorname{lse}(s) - s_t$ on paper
# by one score $s_j$:
#
# - the derivative of $\operatorname{lse}$ is $e^{s_j} / \sum_i e^{s_i}$: an old acquaintance;
# - the derivative of $-s_t$ is $-1$ for the right class, and 0 for all others.
#
# So with the one-hot row $y$:
#
# $$\frac{\partial L}{\partial s} = \bar L \cdot \frac{p - y}{n}$$
#
# For the example above: $(0.6652,\; 0.2447 - 1,\; 0.0900)$. The score of the right class is pulled up by what
# its probability lacks, and each other score is pushed down by what it has too much. Each row adds up to 0.
#
# Below is the loss of the example as a graph of single steps, the way the formula spells it out. Step back
# through it.
#
# <details><summary>Predict first: which numbers arrive at the three scores?</summary>
#
# $p - y = (0.6652, -0.7553, 0.0900)$. On the way there, the message to $p_1$ is $-1/p_1 = -4.09$. Imagine
# $p_1 = e^{-1000}$, rounded to 0: this message would be `inf`, and the next factor 0. The product, `nan`, is
# why nobody computes it this way.
# </details>
#
# <details><summary>Hint: "the target's: was the one-hot not subtracted?"</summary>
#
# You return $p$. The entry of the right class still needs its $-1$.
# </details>
#
# <details><summary>Hint: "times too large: a sum where a mean belongs"</summary>
#
# The forward pass divides by $n$, so each example has only $1/n$ of the influence.
# </details>
#
# <details><summary>Hint: "ignores the upstream gradient"</summary>
#
# The loss is often the last node, and then `output_diff` is 1. But it may be one of two losses that are
# added, or be scaled: multiply.
# </details>

# %%
exercises.target("cross_entropy_backward")


# %% task="cross_entropy"
class CrossEntropy(mg.Function):
    """The mean of -log p[right class] over the rows; target: class numbers (n,) or one-hot (n, k)."""

    def __init__(self, target):
        self.target = target

    def forward(self, inputs):
        (scores,) = inputs
        # BEGIN SOLUTION
        y = one_hot(self.target, scores.shape[1])
        return np.mean(log_sum_exp(scores) - (y * scores).sum(axis=1))
        # END SOLUTION

    def backward(self, inputs, output, output_diff):
        (scores,) = inputs
        # BEGIN SOLUTION
        y = one_hot(self.target, scores.shape[1])
        return [output_diff * (softmax(scores) - y) / len(scores)]
        # END SOLUTION


# %%
exercises.check("cross_entropy")

# %%
exercises.check("cross_entropy_backward")

# %% [markdown]
# **What you believe, minus what is true.** The gradient of a classifier's scores is $p - y$, and each row of
# it adds up to 0: what the right class gains, the others lose.

# %% [markdown]
# ## Watch it
#
# Your own node at the end of a linear classifier: two examples with two features each, three classes.
# Step back to the scores and find the two rows of $p - y$, divided by 2; then look at what $W$ receives.


# %%
def classifier():
    x = mg.tensor([[1.0, 2.0], [0.5, -1.0]], name="x")
    W = mg.tensor([[0.5, -0.5, 0.0], [0.75, 0.75, 0.0]], requires_grad=True, name="W")
    return CrossEntropy(np.array([1, 2]))(x @ W)


stepping.through(classifier)

# %% [markdown]
# <details><summary>Predict: a fresh classifier of 10 classes gives them all about the same score. What is its
# first loss, before any training?</summary>
#
# $-\log \tfrac1{10} = \log 10 \approx 2.303$. If you see something else on the screen, there is a bug.
# </details>
