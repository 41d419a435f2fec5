"""The graph seen in other ways: each view makes another Trace of a Trace, and the same renderers draw it.

With this package, one can
- fold it:                    modules.Folding(trace).at_depth(2), .automatic(), .opened("f3")
- take arrays apart:          scalar.entrywise(loss)
- look at the way back:       backward.backward_graph(trace)
- look at two graphs:         compare(a, b)
- see a network's neurons:    neurons.neuron_view(loss)

Nothing here is needed to call `visuals.draw(loss, view=…)`, which chooses among them.
"""
