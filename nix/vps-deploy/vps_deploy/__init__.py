"""The host half of a deploy: see the README of this directory."""

VERSION = '1.0.0'
