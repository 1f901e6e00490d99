{
  services.openssh.enable = true;
  services.vps-deploy = {
    enable = true;
    authorizedKeyFiles = [ ./deploy-key.pub ];
    repository.url = "https://github.com/OWNER/REPOSITORY.git";
    repository.flakeDir = "."; # where flake.nix is
    configuration = "my-server"; # nixosConfigurations.my-server
    # Whether the new system is healthy, besides that no unit has failed.
    healthChecks = [
      {
        name = "sshd";
        command = [
          "systemctl"
          "is-active"
          "sshd"
        ];
      }
    ];
  };
}
