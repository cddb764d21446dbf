"""Invents prefectures and their truth. Imports core only, so that truth is not computed by the code it judges."""
