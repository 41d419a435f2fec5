"""Names the users that come too late.

loses: test_too_early
says: those who send too late
"""


def too_early(graph, order):
    place = {name: k for k, name in enumerate(order)}
    return [user for user in order if any(place[user] > place[parent] for parent in graph[user][1:])]
