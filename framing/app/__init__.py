"""``framing train`` and ``framing.train``: a configuration becomes a tracked run. The only room that knows Hydra."""
