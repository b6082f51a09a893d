from hypothesis import settings

# A law holds or it does not; how long an example takes on a busy machine is no part of it.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
