# Every other file here is a topic: a function of what frame.nix offers that returns its cases by name.
# Which cases there are is known without nixpkgs (builtins only): a run that cannot evaluate them names them.
frame:
let
  isTopic =
    file:
    !builtins.elem file [
      "default.nix"
      "frame.nix"
      "topics.nix"
    ];
  topics = builtins.filter isTopic (builtins.attrNames (builtins.readDir ./.));
in
builtins.listToAttrs (
  map (file: {
    name = builtins.replaceStrings [ ".nix" ] [ "" ] file;
    value = import (./. + "/${file}") frame;
  }) topics
)
