"""Where bytes come from.

`catalog` says what there is, `locate` finds it on disk, `download` fetches it when asked, and one module a data set
(`mnist`) reads it. Nothing is fetched behind the user's back.
"""
