# Services in NixOS containers of their own, on a private bridge: `lean.containers.<name>`.
inputs: {
  imports = [
    ./bridge-options.nix
    ./bridge-checks.nix
    ./bridge.nix
    ./container-options.nix
    ./container-checks.nix
    ./secret-checks.nix
    ./proxy.nix
    (inputs.nixpkgs.lib.modules.importApply ./guests.nix inputs)
  ];
}
