{ self, inputs, pkgs }:
{ }
