# The evaluation cases as one check: an empty derivation, or an error that lists every case that does not hold.
{
  self,
  inputs,
  pkgs,
}:
let
  inherit (pkgs) lib;
  frame = import ./frame.nix { inherit self inputs pkgs; };
  # They are about the modules, not about a system: evaluated once, for that of the reference server.
  once =
    if pkgs.stdenv.hostPlatform.system == "aarch64-linux" then
      {
        cases = import ./topics.nix frame;
        rendered = import ../rendered.nix frame;
      }
    else
      self.checks.aarch64-linux.evaluation;
  inherit (once) cases rendered;
  differences = lib.concatLists (
    lib.mapAttrsToList (
      topic:
      lib.mapAttrsToList (name: result: lib.optional (result != true) "${topic}: ${name}: ${result}")
    ) cases
  );
  failures = lib.concatLists differences;
  holds = failures == [ ] || throw "evaluation cases that do not hold:\n${lib.concatLines failures}";
in
lib.extendDerivation holds { inherit cases rendered; } pkgs.emptyFile
