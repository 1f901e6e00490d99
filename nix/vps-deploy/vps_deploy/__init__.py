"""The host half of a deploy: see the contract in the README of this directory."""
