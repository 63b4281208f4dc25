"""Plans that follow every save: what is watched, when it is planned, what is applied unasked, how it looks."""
