{ self, pkgs }:
pkgs.emptyFile
