# `nix fmt`: what of this folder is Nix or shell. The rest of the repository is formatted by `npm run fix`.
{
  projectRootFile = "flake.nix";
  programs.nixfmt.enable = true;
  programs.deadnix.enable = true;
  programs.shellcheck.enable = true;
}
