"""Lectures and exercises as pages: decks for a projector, and a site for a plain file server.

With this package, one can
- make a deck:          slides.main(Path("notebooks/02_computation_graphs.ipynb"), out=None)
- make the site:        site.main(Path("site"), course)
- let students run it:  lite.build(Path("site/lite"), course)

No page needs a kernel or the network: formulas are MathML, pictures and steppers are inside. JupyterLite alone must
be served, and brings a kernel of its own.
"""
