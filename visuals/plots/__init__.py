"""Plots of training, of gradients, and of what networks see: matplotlib, a function for each.

With this package, one can
- follow a training:            training_curves, compare_runs; histograms_over_time, norms_over_time,
                                norms_by_depth
- walk on the loss:             loss_slice, loss_contour, loss_surface, optimizer_race, race_movie
- look at derivatives:          jacobian_and_vjp, step_size_curve
- see what a network sees:      decision_boundary, boundaries_over_training, boundary_movie; filter_grid,
                                activation_maps, receptive_field_map, convolution_movie, pooling_movie;
                                confusion_matrix
- see what chance does:         dropout_masks, augmentation_grid
- see whether it generalizes:   polynomial_fits, bias_variance, double_descent
- see what it costs:            tape_curve, timeline

Each returns matplotlib Axes (or a dict or array of them, or a Movie), draws on `ax=` or `axes=` if given,
follows `theme=` "light", "dark" or, with "auto", the background, and has a caption: `caption(ax)`. None calls
`plt.show()` or changes matplotlib's settings.

What plots need to know is found by functions of its own: Recorder, loss_of, plane, random_direction,
optimizer_paths, difference_errors, receptive_field, stack_field, slides, confusion_counts, tape_memory.
"""

from visuals.plots.boundaries import boundaries_over_training, boundary_movie, decision_boundary
from visuals.plots.captions import caption
from visuals.plots.confusion import confusion_counts, confusion_matrix
from visuals.plots.differences import difference_errors, step_size_curve
from visuals.plots.field_maps import receptive_field_map
from visuals.plots.fields import receptive_field, stack_field
from visuals.plots.fits import polynomial_fits
from visuals.plots.generalization import bias_variance, double_descent
from visuals.plots.histograms import histograms_over_time
from visuals.plots.images import activation_maps, filter_grid
from visuals.plots.jacobians import jacobian_and_vjp
from visuals.plots.landscapes import loss_of, optimizer_paths, plane, random_direction
from visuals.plots.memory import tape_curve, tape_memory
from visuals.plots.movies import Movie
from visuals.plots.norms import norms_by_depth, norms_over_time
from visuals.plots.races import optimizer_race, race_movie
from visuals.plots.recording import Recorder
from visuals.plots.samples import augmentation_grid, dropout_masks
from visuals.plots.sliding import slides
from visuals.plots.sliding_movies import convolution_movie, pooling_movie
from visuals.plots.surfaces import loss_contour, loss_slice, loss_surface
from visuals.plots.timelines import timeline
from visuals.plots.training import compare_runs, training_curves

__all__ = [
    "Movie",
    "Recorder",
    "activation_maps",
    "augmentation_grid",
    "bias_variance",
    "boundaries_over_training",
    "boundary_movie",
    "caption",
    "compare_runs",
    "confusion_counts",
    "confusion_matrix",
    "convolution_movie",
    "decision_boundary",
    "difference_errors",
    "double_descent",
    "dropout_masks",
    "filter_grid",
    "histograms_over_time",
    "jacobian_and_vjp",
    "loss_contour",
    "loss_of",
    "loss_slice",
    "loss_surface",
    "norms_by_depth",
    "norms_over_time",
    "optimizer_paths",
    "optimizer_race",
    "plane",
    "polynomial_fits",
    "pooling_movie",
    "race_movie",
    "random_direction",
    "receptive_field",
    "receptive_field_map",
    "slides",
    "stack_field",
    "step_size_curve",
    "tape_curve",
    "tape_memory",
    "timeline",
    "training_curves",
]
