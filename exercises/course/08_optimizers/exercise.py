# %% [markdown]
# # Exercise 08: optimizers
#
# A gradient says where downhill is. An *optimizer* decides how far to go, and what to remember from the steps
# before. The famous ones differ by a line or two. You will write four of them, and then prove that a
# published version of the most famous one is wrong, without knowing a single right number.
#
# **When you are done** you can write momentum, Adagrad, RMSProp and Adam from memory, you know what each one
# remembers and why, and you can test an optimizer you have never seen.
#
# | task | difficulty | time | points |
# |---|---|---|---|
# | 1 momentum | ●○○○ | 6 min | 2 |
# | 2 Adagrad | ●○○○ | 5 min | 2 |
# | 3 RMSProp | ●●○○ | 5 min | 2 |
# | 4 Adam | ●●●○ | 12 min | 4 |
# | 5 the published bug | ●●●○ | 12 min | 3 |
#
# The lecture notebook [07 · Optimizers](../../notebooks/07_optimizers.ipynb) shows what each of them is
# good for, as pictures.

# %% [markdown]
# House rules of this exercise:
#
# - Every optimizer is a function that makes **one step**. It gets the weights `w`, their gradient `g` (same
#   shape) and what it remembers from the step before; it returns the new weights and the new memory.
# - All memories start as arrays of zeros.
# - Nothing that comes in is changed: write `w = w - step`, not `w -= step`. Whoever called you may need the
#   old ones.
# - Everything works entry by entry: no loops are needed.
#
# After each task, run its check, as often as you like.

# %%
import numpy as np

import exercises
from visuals import plots

# %% [markdown]
# ## Task 1: momentum
# *●○○○, about 6 minutes, 2 points*
#
# Plain gradient descent has no memory: $w \leftarrow w - \eta g$. In a narrow valley it bounces from wall to
# wall. Momentum lets the weights roll like a ball: a **velocity** $v$ keeps a share $\mu$ of itself, the
# gradient pushes it, and the weights move by it.
#
# $$v \leftarrow \mu v + \eta g \qquad\qquad w \leftarrow w - v$$
#
# By hand: with $g = 4$ twice, $\eta = 0.1$ and $\mu = 0.9$, the velocity is first $0.4$, then
# $0.9 \cdot 0.4 + 0.4 = 0.76$. Pushes in the same direction add up; pushes to and fro cancel.
#
# <details><summary>Predict first: if g = 4 for ever, where does the velocity end?</summary>
#
# Where it no longer changes: $v = 0.9 v + 0.4$, so $v = 4$. That is $1/(1 - \mu) = 10$ times a plain step.
# </details>
#
# <details><summary>Hint: "w moves by the old velocity, not by the new one"</summary>
#
# First line first: the gradient of this step already counts in this step.
# </details>
#
# <details><summary>Hint: "overwrote its input"</summary>
#
# `v *= mu` changes the array of whoever called. `v = mu * v + …` makes a new one.
# </details>

# %%
exercises.target("momentum")


# %% task="momentum"
def momentum_step(w, g, v, lr, mu):
    """One step; returns the new w and the new velocity."""
    # BEGIN SOLUTION
    v = mu * v + lr * g
    return w - v, v
    # END SOLUTION


# %%
exercises.check("momentum")

# %% [markdown]
# **Remembers a direction.** One number per weight.

# %% [markdown]
# ## Task 2: Adagrad
# *●○○○, about 5 minutes, 2 points*
#
# One learning rate for all weights is a compromise: a weight with large gradients needs a small one, and the
# other way round. Adagrad adds up the **squares** of the gradients, for each weight apart, and divides by the
# root:
#
# $$s \leftarrow s + g^2 \qquad\qquad w \leftarrow w - \eta \, \frac{g}{\sqrt{s} + \varepsilon}$$
#
# By hand: for $g = 3$ and then $g = 4$, with $\eta = 0.1$: $s$ is $9$, then $25$; the steps are
# $0.1 \cdot 3/3 = 0.1$ and $0.1 \cdot 4/5 = 0.08$. The $\varepsilon$ is tiny, and only there so that nothing
# is divided by 0. It stands *beside* the root.
#
# <details><summary>Hint: "ε stands inside the root, not beside it"</summary>
#
# $\sqrt{s} + \varepsilon$, not $\sqrt{s + \varepsilon}$. Both are in use, and the numbers differ when
# gradients are small.
# </details>

# %%
exercises.target("adagrad")


# %% task="adagrad"
def adagrad_step(w, g, s, lr, eps):
    """One step; returns the new w and the new sum of squares."""
    # BEGIN SOLUTION
    s = s + g**2
    return w - lr * g / (np.sqrt(s) + eps), s
    # END SOLUTION


# %%
exercises.check("adagrad")

# %% [markdown]
# **Remembers sizes.** A step no longer depends on the *unit* of a gradient: multiply all gradients by 1000,
# and the steps stay the same.

# %% [markdown]
# ## Task 3: RMSProp
# *●●○○, about 5 minutes, 2 points*
#
# Adagrad never forgets: $s$ only grows, so its steps shrink for ever, even when large gradients were long
# ago. RMSProp takes a running **mean** instead, which keeps a share $\rho$ and lets the new square in with
# the rest:
#
# $$s \leftarrow \rho\, s + (1 - \rho)\, g^2 \qquad\qquad
# w \leftarrow w - \eta \, \frac{g}{\sqrt{s} + \varepsilon}$$
#
# By hand: $g = 4$ twice, $\eta = 0.1$, $\rho = 0.75$: $s$ is $\tfrac14 \cdot 16 = 4$, then
# $\tfrac34 \cdot 4 + 4 = 7$; the steps are $0.1 \cdot 4/2 = 0.2$ and $0.1 \cdot 4 / 2.646 = 0.151$.
#
# Look at the first step: it is *twice* as long as it should be, because the mean began at 0 and has seen too
# little yet. Task 4 repairs that.
#
# <details><summary>Hint: "ρ and 1 − ρ are swapped"</summary>
#
# ρ is what is *kept*, usually 0.9 or more. The new square gets the small rest.
# </details>

# %%
exercises.target("rmsprop")


# %% task="rmsprop"
def rmsprop_step(w, g, s, lr, rho, eps):
    """One step; returns the new w and the new mean of squares."""
    # BEGIN SOLUTION
    s = rho * s + (1 - rho) * g**2
    return w - lr * g / (np.sqrt(s) + eps), s
    # END SOLUTION


# %%
exercises.check("rmsprop")

# %% [markdown]
# **Forgets.** A mean over about the last $1/(1 - \rho)$ steps.

# %% [markdown]
# ## Task 4: Adam
# *●●●○, about 12 minutes, 4 points*
#
# Adam remembers both, a direction and a size:
#
# $$m \leftarrow \beta_1 m + (1 - \beta_1)\, g \qquad\qquad s \leftarrow \beta_2 s + (1 - \beta_2)\, g^2$$
#
# Both means start at 0, and are too small at first. How much too small? If $g$ is always the same, then after
# $t$ steps $m = (1 - \beta_1^t)\, g$: after the first step with $\beta_1 = 0.9$ a tenth of $g$, after the
# second $0.19\, g$, and so on. So divide by just that:
#
# $$\hat m = \frac{m}{1 - \beta_1^t} \qquad \hat s = \frac{s}{1 - \beta_2^t} \qquad\qquad
# w \leftarrow w - \eta \, \frac{\hat m}{\sqrt{\hat s} + \varepsilon}$$
#
# Here `t` is the number of this step, and the first step has the number 1. What is remembered is $m$ and $s$;
# the hats are for the step alone.
#
# <details><summary>Predict first: how long is each step, if the gradient is 4 for ever? If it is 400?</summary>
#
# $\hat m = g$ and $\hat s = g^2$ in each step, so the step is $\eta\, g / |g| = \eta$, both times.
# </details>
#
# <details><summary>Hint: "there is no bias correction"</summary>
#
# You use $m$ and $s$ as they are. Divide by $1 - \beta_1^t$ and $1 - \beta_2^t$ first.
# </details>
#
# <details><summary>Hint: "the correction forgets the power t"</summary>
#
# `1 - beta1` is the correction of the first step only. In step 10 it is `1 - beta1**10`.
# </details>
#
# <details><summary>Hint: "the corrected m is returned, and will be corrected again"</summary>
#
# Give the hats names of their own, and return `m` and `s` without them.
# </details>

# %%
exercises.target("adam")


# %% task="adam"
def adam_step(w, g, m, s, t, lr, beta1, beta2, eps):
    """Step number t = 1, 2, …; returns the new w, the new m and the new s."""
    # BEGIN SOLUTION
    m = beta1 * m + (1 - beta1) * g
    s = beta2 * s + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    s_hat = s / (1 - beta2**t)
    return w - lr * m_hat / (np.sqrt(s_hat) + eps), m, s
    # END SOLUTION


# %%
exercises.check("adam")

# %% [markdown]
# **A direction, divided by a size.** So the learning rate of Adam *is* the length of a step, in the unit of
# the weights.

# %% [markdown]
# ## Task 5: the published bug
# *●●●○, about 12 minutes, 3 points*
#
# This is Adam as a set of lecture notes prints it. It looks right, it runs, and its first step is perfect.
# After a few more it stands still. Something in it is wrong.


# %%
def adam_as_printed(w, g, m, s, t, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * g
    s = beta2 * s + (1 - beta2) * g**2
    m = m / (1 - beta1**t)
    s = s / (1 - beta2**t)
    w = w - lr * m / (np.sqrt(s) + eps)
    return w, m, s


# %% [markdown]
# How do you find a bug in an optimizer? You cannot look up the right numbers: they depend on every gradient
# so far. But you know a *law* that holds for all of them: **with a constant gradient, each step of Adam has
# the length $\eta$, downhill.** (Up to $\varepsilon$: compare with a tolerance of 1 %.)
#
# Write the test. `step(w, g, m, s, t)` is some Adam, of which you know nothing but that; it returns the new
# `(w, m, s)`. Feed it a constant gradient, of your choice, for `steps` steps, and return the **number of the
# first step** that breaks the law, counted from 1, or 0 if none does.
#
# Your test will be tested: by the printed Adam, by a right one, and by others that are wrong in other ways.
#
# <details><summary>Hint: "is your gradient a special one?"</summary>
#
# With $g = 1$, a forgotten root does not show, because $\sqrt 1 = 1$. With $g = 0$ nothing shows. Test at
# points that are *not* special, such as $g = 3$.
# </details>
#
# <details><summary>Hint: "counted from 0, not from 1"</summary>
#
# `for t in range(1, steps + 1)`: that is also the `t` that Adam needs.
# </details>
#
# <details><summary>Hint: "an Adam that goes uphill"</summary>
#
# The length alone is not enough: for a positive gradient, `w` must *fall* by the learning rate.
# </details>

# %%
exercises.target("published_adam")


# %% task="published_adam"
def first_wrong_step(step, lr, steps):
    """The first step, counted from 1, that is not lr downhill for a constant gradient; 0 if all are."""
    # BEGIN SOLUTION
    w, m, s = 0.0, 0.0, 0.0
    for t in range(1, steps + 1):
        new, m, s = step(w, 3.0, m, s, t)
        if abs((w - new) - lr) > 0.01 * lr:
            return t
        w = new
    return 0
    # END SOLUTION


# %%
exercises.check("published_adam")

# %% [markdown]
# **A law tests what numbers cannot.** The first step of the printed Adam is right, and nobody looks at the
# second. Its corrected $m$ and $s$ go back into the recursion, where they are corrected once more, and $s$
# grows and grows: the steps are 0.1, 0.0235, 0.0044, …
#
# <details><summary>Which lines would you change?</summary>
#
# The two in the middle: give what they compute names of its own, so that `m` and `s` go on uncorrected. That
# is your `adam_step`.
# </details>

# %% [markdown]
# ## The race
#
# When all four are written: your optimizers on a narrow valley, $L(w) = \tfrac12 w_0^2 + 10\, w_1^2$, from
# the same start. Each gets the same interface by a `lambda`: two memories in, two memories out.

# %%
steps = {
    "momentum": lambda w, g, v, _, t: (*momentum_step(w, g, v, 0.02, 0.8), _),
    "Adagrad": lambda w, g, s, _, t: (*adagrad_step(w, g, s, 0.4, 1e-8), _),
    "RMSProp": lambda w, g, s, _, t: (*rmsprop_step(w, g, s, 0.1, 0.9, 1e-8), _),
    "Adam": lambda w, g, m, s, t: adam_step(w, g, m, s, t, 0.2, 0.9, 0.999, 1e-8),
}
paths = {}
for name, step in steps.items():
    w, first, second = np.array([-1.7, 0.8]), np.zeros(2), np.zeros(2)
    paths[name] = [w]
    for t in range(1, 41):
        w, first, second = step(w, np.array([1.0, 20.0]) * w, first, second, t)
        paths[name].append(w)

plots.optimizer_race(lambda w: w[0] ** 2 / 2 + 10 * w[1] ** 2, (-2, 2), (-1, 1), paths)

# %% [markdown]
# <details><summary>Predict: raise the learning rate of momentum to 0.2. Which direction goes wrong?</summary>
#
# The steep one, $w_1$: its gradient is 20 times as large, so its steps are the first to jump across the
# valley and land higher than they began. Adam and RMSProp divide that factor away.
# </details>
