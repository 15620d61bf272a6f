<#
.SYNOPSIS
Takes back what install.ps1 did on Windows. The data stay in the distribution; -RemoveData deletes it with all in it.

NOT TESTED BY US, like install.ps1.
#>
param([string]$Distribution = "Debian", [string]$User = "mom", [int]$Port = 8000, [switch]$RemoveData)
$ErrorActionPreference = "Stop"
$env:WSL_UTF8 = "1"

Write-Host "1. Remove the service and the task at boot"
wsl.exe --distribution $Distribution --user root -- bash -c "cd /home/$User/mom && python3 manage.py install-service --user $User --uninstall"
Unregister-ScheduledTask -TaskName "MOM" -Confirm:$false -ErrorAction SilentlyContinue

Write-Host "2. Close the port"
netsh.exe interface portproxy delete v4tov4 listenport=$Port listenaddress=0.0.0.0 *> $null
Remove-NetFirewallRule -DisplayName "MOM" -ErrorAction SilentlyContinue

if ($RemoveData) {
    Write-Host "3. Delete $Distribution with the database, the files and the backups in it"
    if ((Read-Host "Type yes") -eq "yes") { wsl.exe --unregister $Distribution }
}
