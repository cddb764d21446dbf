"""Checking a trail without the product that wrote it: psycopg and core, no Django."""

from bangfu.ground.trail.verifying.checking import verify
from bangfu.ground.trail.verifying.report import Finding, Report

__all__ = ["Finding", "Report", "verify"]
