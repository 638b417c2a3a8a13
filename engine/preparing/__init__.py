"""A data set as folders of pictures: what goes where, files written whole, a manifest, checks, a ZIP."""
