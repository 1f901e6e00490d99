# One VM test for each scenario. On x86_64 alone: they take KVM, and each costs a gigabyte or more to evaluate.
{ self, pkgs }:
let
  onMachines =
    test:
    pkgs.testers.runNixOSTest {
      imports = [ test ];
      _module.args = { inherit self; };
    };
in
{
  vm-containers = onMachines ./containers.nix;
  vm-deploy = onMachines ./deploy.nix;
  vm-forced-command = onMachines ./forced-command.nix;
  vm-reboot = onMachines ./reboot.nix;
  vm-restarts = onMachines ./restarts.nix;
}
