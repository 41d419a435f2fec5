"""Lectures and exercises as pages: decks for a projector, and a site for a plain file server.

With this package, one can
- make a deck:          slides.main(Path("notebooks/02_computation_graphs.ipynb"), out=None)
- make the site:        site.main(Path("site"))

Nothing that is made here needs a kernel or the network: formulas are MathML, pictures and steppers are inside.
"""
