# A lean host: SSH and Caddy, and a root that is new at every boot.
inputs: {
  imports = [
    inputs.disko.nixosModules.disko
    inputs.impermanence.nixosModules.impermanence
    inputs.sops-nix.nixosModules.sops
    ./admin.nix
    ./boot.nix
    ./caddy.nix
    ./caches.nix
    ./deploy.nix
    ./disk.nix
    ./network.nix
    ./nix.nix
    ./persistence.nix
    ./ssh.nix
    ./system.nix
  ];
}
