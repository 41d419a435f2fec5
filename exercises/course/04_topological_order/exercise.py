# %% [markdown]
# # Exercise 04: topological order and the backward pass
#
# A network is a graph of small functions. To run it, one thing must be known: *who goes first?* Nobody can
# compute before what it needs is there; and on the way back, nobody can pass a gradient on before all of it
# has arrived. Both are the same question, and the same order answers it, once forwards and once backwards.
#
# **When you are done** you can put any graph into an order, run it forward and backward with two short
# loops, and say at a glance where a gradient would leave too early.
#
# | task | difficulty | time | points |
# |---|---|---|---|
# | 1 an order | ●●●○ | 12 min | 4 |
# | 2 the forward pass | ●○○○ | 5 min | 2 |
# | 3 too early | ●●○○ | 8 min | 2 |
# | 4 the backward pass | ●●●○ | 12 min | 4 |
#
# The lecture notebook [04 · Messages](../../notebooks/04_messages_and_vjps.ipynb), section 1, says who computes what;
# [02 · Computation graphs](../../notebooks/02_computation_graphs.ipynb), section 5, steps through a graph
# that is not a chain.

# %% [markdown]
# ## A graph as a dict
#
# Each name stands for a node: `[operation, name, name]` says what it is computed from, and `[]` marks a
# leaf, whose value is given. The dict is in no particular order. This is $f = (x + y) \cdot z$:
#
# ```python
# {"f": ["multiply", "q", "z"], "q": ["add", "x", "y"], "x": [], "y": [], "z": []}
# ```
#
# What a node computes, and its local slopes, are in two tables that you are given. All values are single
# numbers.

# %%
import math

import exercises

FORWARD = {  # operation -> its value
    "add": lambda x, y: x + y,
    "subtract": lambda x, y: x - y,
    "multiply": lambda x, y: x * y,
    "sin": math.sin,
    "log": math.log,
    "exp": math.exp,
}
SLOPES = {  # operation -> one slope per argument
    "add": lambda x, y: [1.0, 1.0],
    "subtract": lambda x, y: [1.0, -1.0],
    "multiply": lambda x, y: [y, x],
    "sin": lambda x: [math.cos(x)],
    "log": lambda x: [1.0 / x],
    "exp": lambda x: [math.exp(x)],
}

# %% [markdown]
# ## Task 1: an order
# *●●●○, about 12 minutes, 4 points*
#
# A **topological order** lists every node once, and each one after all that it is computed from. For the
# graph above, `x, y, q, z, f` is one; `z, y, x, q, f` is another. There are often many, and every one of
# them is right here.
#
# The picture shows $f = \ln x_1 + x_1 x_2 - \sin x_2$. Step forward, and watch in which order the values
# appear.
#
# Two ways to do it:
#
# - **Count.** Write down for each node how many of its arguments are still missing. Those with 0 are ready.
#   Take one, put it into the order, and count down for everyone who uses it; whoever reaches 0 is ready
#   too.
# - **Go deep.** To place a node, first place all that it needs, then the node itself, unless it has been
#   placed already.
#
# A node may use a value twice (`["multiply", "x", "x"]`), and a graph may be thousands of nodes deep:
# deeper than a Python function can call itself. If something is computed from itself, in a **cycle**, there
# is no order: raise a `ValueError`.
#
# <details><summary>Predict first: is x, q, y, z, f an order of (x + y) · z?</summary>
#
# No: `q` is the sum of `x` and `y`, and `y` comes later.
# </details>
#
# <details><summary>Hint: "there are names that occur twice"</summary>
#
# Two users of a node both lead you to it. Remember what has been placed, and ask before you place it again.
# </details>
#
# <details><summary>Hint: "maximum recursion depth exceeded"</summary>
#
# A function that calls itself for every parent is a stack of calls, and Python limits its height. Count
# instead; or keep a stack of your own, a list with `append` and `pop`.
# </details>
#
# <details><summary>Hint: "no ValueError was raised"</summary>
#
# Counting never gets to the nodes of a cycle: each of them waits for another. So when nobody is ready any
# more, some names are missing from the order.
# </details>
#
# <details><summary>Stuck: a ValueError for a graph that has no cycle</summary>
#
# Who counts the two arguments of `["multiply", "x", "x"]` as two must count down twice when `x` is placed.
# </details>
#
# <details><summary>Hint: "is the wrong way round"</summary>
#
# You began at the output. Arguments come first.
# </details>

# %%
exercises.target("topological_order")


# %% task="topological_order"
def topological_order(graph):
    """All names of the graph in a list, each after the names that it is computed from."""
    # BEGIN SOLUTION
    missing = {name: len(node[1:]) for name, node in graph.items()}
    users = {name: [] for name in graph}
    for name, node in graph.items():
        for parent in node[1:]:
            users[parent].append(name)
    ready = [name for name, count in missing.items() if count == 0]
    order = []
    while ready:
        name = ready.pop()
        order.append(name)
        for user in users[name]:
            missing[user] -= 1
            if missing[user] == 0:
                ready.append(user)
    if len(order) < len(graph):
        raise ValueError("the graph has a cycle")
    return order
    # END SOLUTION


# %%
exercises.check("topological_order")

# %% [markdown]
# **Everyone after their arguments.** Each edge is looked at once; that is as fast as it can be.

# %% [markdown]
# ## Task 2: the forward pass
# *●○○○, about 5 minutes, 2 points*
#
# `leaves` gives the leaves' values. Go through the nodes in order, and compute each one from its arguments
# with `FORWARD`. Return a new dict with the values of *all* names.
#
# By hand: $x = -2,\; y = 5,\; z = -4$ give $q = 3$ and $f = -12$.
#
# <details><summary>Hint: "KeyError"</summary>
#
# You asked for a value that is not there yet. In which order does `for name in graph` go? And a leaf has no
# operation: its list is empty, so there is nothing to unpack, and its value is in `leaves`.
# </details>
#
# <details><summary>Hint: "forward_pass overwrote its input"</summary>
#
# `values = leaves` gives the caller's dict a second name. `values = dict(leaves)` copies it.
# </details>


# %% task="forward_pass"
def forward_pass(graph, leaves):
    """The values of all names: a dict."""
    # BEGIN SOLUTION
    values = dict(leaves)
    for name in topological_order(graph):
        if graph[name]:
            operation, *parents = graph[name]
            values[name] = FORWARD[operation](*[values[parent] for parent in parents])
    return values
    # END SOLUTION


# %%
exercises.check("forward_pass")

# %% [markdown]
# **Order first, then one loop.** That is all that "running a network" means.

# %% [markdown]
# ## Task 3: too early
# *●●○○, about 8 minutes, 2 points*
#
# On the way back, a node multiplies what has arrived by its slopes and sends that to its arguments. Look at
#
# $$u = x \cdot y \qquad v = \sin u \qquad w = u \cdot v \qquad f = w \cdot u$$
#
# $f$ uses $u$ directly, and also through $w$ and $v$. Three messages go to $u$. If $u$ sends on when the
# first one has arrived, $x$ and $y$ get a third of the story, and nobody raises an error. A node may send
# only after **all who use it** have sent.
#
# `too_early(graph, order)` gets the order in which somebody wants the nodes to send, the first to send
# first. Return the names of those that would send too early, in any order; `[]` if there are none. (A leaf
# has nobody to send to; it counts as well, as if it reported its gradient at that moment.)
#
# In the picture *you* decide who sends next. Try to make it say no.
#
# <details><summary>Predict first: in the order f, u, w, v, x, y, who is too early?</summary>
#
# Only `u`: its users `w` and `v` come later. `x` and `y` come after their one user, `u`; that `u` has told
# them something wrong is not their fault.
# </details>
#
# <details><summary>Hint: "too_early misses a node"</summary>
#
# One of its users has sent, but not every one.
# </details>
#
# <details><summary>Hint: "reads the order the wrong way round"</summary>
#
# It is the order of the backward pass: the output comes first.
# </details>

# %%
exercises.target("too_early")


# %% task="too_early"
def too_early(graph, order):
    """The names that come in `order` before one of the names that use them: a list."""
    # BEGIN SOLUTION
    place = {name: k for k, name in enumerate(order)}
    early = []
    for name in order:
        users = [user for user, node in graph.items() if name in node[1:]]
        if any(place[user] > place[name] for user in users):
            early.append(name)
    return early
    # END SOLUTION


# %%
exercises.check("too_early")

# %% [markdown]
# **Wait for everyone.** A topological order, read backwards, is exactly an order in which nobody is too
# early.

# %% [markdown]
# ## Task 4: the backward pass
# *●●●○, about 12 minutes, 4 points*
#
# `values` are those of the forward pass. The gradient of the output is $1$. Then, in reversed order, every
# node multiplies its own gradient by each of its slopes (`SLOPES`, at the arguments' values) and sends the
# product to that argument, where messages **add up**:
#
# $$\bar x \;=\; \sum_{\text{uses } x \to z} \bar z \cdot \frac{\partial z}{\partial x}$$
#
# Return a dict with the gradient of every name from which a way leads to `output`. Names that have nothing
# to do with the output are left out: their gradient was not computed, which is something else than 0.
#
# By hand: $f = (x + y) z$ at $(-2, 5, -4)$ has the gradients $f: 1,\; q: -4,\; z: 3,\; x: -4,\; y: -4$. And
# $f = \ln x_1 + x_1 x_2 - \sin x_2$ at $(2, 5)$ has $(5.5, 1.7163)$ at its leaves.
#
# <details><summary>Hint: "only the last one counts"</summary>
#
# `gradient[parent] = message` forgets what was there. Add to it; and what if nothing was there yet?
# </details>
#
# <details><summary>Hint: "a node sends before all of its messages have arrived"</summary>
#
# In which order do you go through the nodes? Task 3 says who is too early in it.
# </details>
#
# <details><summary>Hint: "a node that uses a value twice sends it only one message"</summary>
#
# `["multiply", "x", "x"]` has two slopes, one for each place, and $x$ gets both. Do not look parents up by
# name.
# </details>
#
# <details><summary>Hint: "from which no way leads to the output"</summary>
#
# Only nodes that have received something have something to send. Skip the others.
# </details>

# %%
exercises.target("backward_pass")


# %% task="backward_pass"
def backward_pass(graph, values, output):
    """The gradients of `output` with respect to all names that it depends on: a dict."""
    # BEGIN SOLUTION
    gradients = {output: 1.0}
    for name in reversed(topological_order(graph)):
        if name in gradients and graph[name]:
            operation, *parents = graph[name]
            slopes = SLOPES[operation](*[values[parent] for parent in parents])
            for parent, slope in zip(parents, slopes):
                gradients[parent] = gradients.get(parent, 0.0) + gradients[name] * slope
    return gradients
    # END SOLUTION


# %%
exercises.check("backward_pass")

# %% [markdown]
# **Backpropagation.** You have written all of it: an order, two loops, and a table of slopes. What the big
# frameworks add is a longer table, and that they write down the graph while you compute. The next exercise
# does that.
