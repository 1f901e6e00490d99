# The host half of deploy-nixos as a service: who may ask, what is deployed, and the units that do it.
{
  imports = [
    ./access.nix
    ./configuration.nix
    ./host.nix
    ./keys.nix
    ./persistence.nix
    ./policy.nix
    ./repository.nix
    ./sshd.nix
    ./trust.nix
    ./units.nix
  ];
}
